import assert from "node:assert/strict";
import { AnswerError, decode } from "../../../components/observe/decode";

const HEAD =
  "ssh-keepalive-observation\t1\nuid\t0\nuser-name\troot\nshell\t/bin/bash\nmachine\t0123abcd\nboot\tb00t\t7\n" +
  "main\tserver\t/etc/ssh/sshd_config\town\nmain\tclient\t/usr/etc/ssh/ssh_config\tvendor\n";

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

  it("may name what sshd has not read yet like any file can be named", () => {
    const names = ["/etc/ssh/sshd_config.d/my file.conf", "/etc/ssh/sshd_config.d/b\xfcro<{%.conf"];
    assert.deepEqual(observe(names.map((name) => `unread\t${name}\n`).join("")).unread, names);
  });

  const unusable: [title: string, records: string, why: RegExp, end?: string][] = [
    ["that stops half-way is refused", "file\t/etc/x\t/etc/x\t644\t0\t0\t17\t500\nabc\n", /changed while it was read/],
    ["without an end is refused", "", /it ends too early/, ""],
    ["with a record that nobody knows is refused", "reboot\tnow\n", /a record of an unknown kind/],
    [
      "with a mode that is no mode is refused",
      "file\t/etc/x\t/etc/x\t$(id)\t0\t0\t17\t1\nx\n",
      /its files\.\/etc\/x\.mode /,
    ],
    [
      "with a program's path that is more than a path is refused",
      "program\tsshd\t/usr/sbin/sshd\u001b[2J\tOpenSSH_9\n",
      /its programs\.sshd\.path /,
    ],
    [
      "with a service's name that is more than a name is refused",
      "service\tsystemd\tssh.service; reboot\n",
      /its service\.name /,
    ],
    [
      "with one of the engine's colours in a program's path is refused",
      "program\tssh\t/usr/bin/<{%pwned%}>\tOpenSSH_9\n",
      /its programs\.ssh\.path /,
    ],
    [
      "with one of the engine's colours in a main file's path is refused",
      "main\tserver\t/<{%x%}>\town\n",
      /its main\.server\.path /,
    ],
    ["with a main file that is no path is refused", "main\tserver\tetc\u001b[2J\town\n", /its main\.server\.path /],
  ];
  for (const [title, records, why, end] of unusable)
    it(title, () => {
      assert.throws(
        () => observe(records, end),
        (error) => error instanceof AnswerError && why.test(error.message),
      );
    });

  it("that is not ours at all is refused", () => {
    assert.throws(
      () => decode(Buffer.from("Welcome!\nssh-keepalive-observation\t1\n")),
      /it starts with "Welcome!"; the login shell's start-up files must print nothing/,
    );
  });
});

describe("what a user's own processes answer", () => {
  const present = "uid\t1000\nhome\t/home/alice\nmissing\t/home/alice/.ssh/config\n";
  const of = (answer: string, user = "alice") => `user\t${user}\t${answer.length}\n${answer}\n`;

  it("is known of that user", () => {
    const config = "file\t/home/alice/.ssh/config\t/home/alice/c\t600\t1000\t1000\t17\t3\na\xff\n\n";
    const { users } = observe(
      of(`uid\t1000\nhome\t/home/alice\n${config}effective\t0\t2\nok\nsessions\nsession\t/s\nend\n`),
    );
    const alice = users.alice;
    assert.equal(alice?.state, "present");
    if (alice?.state !== "present") return;
    assert.deepEqual([alice.uid, alice.home, alice.sessions], [1000, "/home/alice", ["/s"]]);
    assert.deepEqual(alice.effective, { code: 0, output: "ok" });
    const file = alice.files["/home/alice/.ssh/config"];
    assert.equal(file?.state === "present" && file.content, "a\xff\n");
  });

  it("that is said to be no user's is so", () => {
    const { users } = observe("no-such-user\tmallory\tis no user there\n");
    assert.deepEqual(users.mallory, { state: "unusable", reason: "is no user there" });
  });

  const spoilt: [title: string, answer: string, reason: RegExp][] = [
    ["is empty", "", /rights: it ends too early/],
    ["stops half-way", present, /rights: it ends too early/],
    ["claims a blob that is longer than all", `${present}own\t0\t99999999\nx\nend\n`, /rights: a file changed while/],
    ["has a blob without a length", `${present}own\t0\tx\nend\n`, /rights: it has a blob without a length/],
    ["has a record of a host's", `${present}machine\tother\nend\n`, /rights: it has a record of an unknown kind/],
    ["says that the user can't be read", "no-user\thas no home\nend\n", /^has no home$/],
    ["has a home that is no path", "uid\t1000\nhome\t../../etc\nend\n", /rights: its home /],
    ["has a home with an escape sequence", "uid\t1000\nhome\t/home/\u001b[2J\nend\n", /rights: its home /],
    ["has a user id that is none", "uid\troot\nhome\t/h\nend\n", /rights: its uid /],
    ["has a mode that is none", `${present}file\t/x\t/x\t$(id)\t0\t0\t1\t1\nx\nend\n`, /rights: its files\.\/x\.mode /],
    [
      "calls a file usable for a mebibyte of reasons",
      `${present}unusable\t/x\t${"y".repeat(1 << 20)}\nend\n`,
      /rights: its files\.\/x\.reason /,
    ],
  ];
  for (const [title, answer, reason] of spoilt)
    it(`spoils that user's part and nothing else where it ${title}`, () => {
      const { users, uid } = observe(`${of(answer)}${of(`${present}end\n`, "bob")}`);
      assert.equal(uid, 0);
      assert.equal(users.bob?.state, "present");
      assert.equal(users.alice?.state, "unusable");
      assert.match(users.alice?.state === "unusable" ? users.alice.reason : "", reason);
    });

  it("may name a user like anything that JavaScript has already", () => {
    const { users } = observe(of(`${present}end\n`, "constructor"));
    assert.deepEqual(Object.keys(users), ["constructor"]);
  });
});
