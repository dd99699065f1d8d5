import assert from "node:assert/strict";
import { AnswerError, decode } from "../../../components/observe/decode";

const HEAD = "ssh-keepalive-observation\t1\nuid\t0\nshell\t/bin/bash\nmachine\t0123abcd\nboot\tb00t\t7\n";

function observe(records: string, end = "end\n") {
  return decode(Buffer.from(`${HEAD}${records}${end}`, "latin1"));
}

describe("a host's answer", () => {
  it("keeps every byte of a file, whatever its encoding", () => {
    const content = "a\xff\x00\n\tend\n";
    const { files } = observe(`file\t/etc/x\t/etc/real\t644\t0\t0\t17\t${content.length}\n${content}\n`);
    assert.deepEqual(files["/etc/x"], {
      state: "present",
      path: "/etc/x",
      realPath: "/etc/real",
      mode: "644",
      owner: "0",
      group: "0",
      changed: "17",
      content,
    });
  });

  it("lists what an Include names in the order in which it is read", () => {
    const { includes } = observe("include\t/etc/d/*\nincluded\t/etc/d/*\t/etc/d/1\nincluded\t/etc/d/*\t/etc/d/2\n");
    assert.deepEqual(includes, { "/etc/d/*": ["/etc/d/1", "/etc/d/2"] });
  });

  it("may name files like anything that JavaScript has already", () => {
    const { includes, files } = observe("missing\tconstructor\nincluded\tconstructor\tx\n");
    assert.deepEqual([Object.keys(files), Object.keys(includes)], [["constructor"], []]);
  });

  const unusable: [string, string, string?][] = [
    ["that stops half-way is refused", "file\t/etc/x\t/etc/x\t644\t0\t0\t17\t500\nabc\n"],
    ["without an end is refused", "", ""],
    ["with a record that nobody knows is refused", "reboot\tnow\n"],
    ["with a mode that is no mode is refused", "file\t/etc/x\t/etc/x\t$(id)\t0\t0\t17\t1\nx\n"],
    [
      "with a program's path that is more than a path is refused",
      "program\tsshd\t/usr/sbin/sshd\u001b[2J\tOpenSSH_9\n",
    ],
    ["with a service's name that is more than a name is refused", "service\tsystemd\tssh.service; reboot\n"],
  ];
  for (const [title, records, end] of unusable)
    it(title, () => {
      assert.throws(() => observe(records, end), AnswerError);
    });

  it("that is not ours at all is refused", () => {
    assert.throws(
      () => decode(Buffer.from("Welcome!\nssh-keepalive-observation\t1\n")),
      /it starts with "Welcome!"; the login shell's start-up files must print nothing/,
    );
  });
});
