import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Observation } from "../../../components/observe";
import { decode } from "../../../components/observe/decode";
import { script } from "../../../components/observe/observe";

describe("reading a host", () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  const write = (name: string, content: string) => writeFileSync(at(name), content, "latin1");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-read-"));
    mkdirSync(at("d"));
    write("sshd_config", "UsePAM no\n");
    write("ssh_config", "Host *\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function read(shell = ["sh"]): Promise<Observation> {
    const paths = { sshdConfig: at("sshd_config"), sshConfig: at("ssh_config"), journal: at("journal") };
    // A script that waits for a pipe's other end is ended, and its answer is not whole.
    const [program = "", ...args] = [...shell, "-s"];
    return decode(spawnSync(program, args, { input: await script({ paths }), timeout: 8000 }).stdout);
  }

  /** Every name below the folder with all that can be told of it but when it was read. */
  function traces(): unknown[] {
    return (readdirSync(folder, { recursive: true }) as string[]).sort().map((name) => {
      const { mode, uid, ino, mtimeMs, ctimeMs, size } = lstatSync(at(name));
      const content = lstatSync(at(name)).isFile()
        ? createHash("sha256")
            .update(readFileSync(at(name)))
            .digest("hex")
        : "";
      return [name, mode, uid, ino, mtimeMs, ctimeMs, size, content];
    });
  }

  it("changes nothing", async () => {
    write("ssh_config", `Include ${at("d")}/*\n`);
    write("d/a", "Port 22\n");
    symlinkSync("a", at("d/b"));
    const before = traces();
    const { files } = await read();
    assert.deepEqual(traces(), before);
    assert.equal(files[at("d/b")]?.state, "present");
  });

  const unusable: [string, () => void, string][] = [
    ["a directory", () => mkdirSync(at("ssh_config")), "is a directory"],
    ["a pipe", () => execFileSync("mkfifo", [at("ssh_config")]), "is not a regular file"],
    ["a link to nothing", () => symlinkSync("nothing", at("ssh_config")), "is a link to nothing"],
    ["too large", () => write("ssh_config", "#".repeat((1 << 20) + 1)), "is larger than 1048576 bytes"],
  ];
  for (const [what, make, reason] of unusable)
    it(`says that a config is ${what}, and does not wait for it`, async () => {
      rmSync(at("ssh_config"));
      make();
      const path = at("ssh_config");
      assert.deepEqual((await read()).files[path], { state: "unusable", path, reason });
    });

  it("says that a config can't be written", async () => {
    // Modes keep root from nothing unless it gives up the right to pass over them.
    const setpriv = ["setpriv", "--inh-caps=-dac_override", "--bounding-set=-dac_override", "sh"];
    const isSealed = async () => {
      const file = (await read(process.getuid?.() === 0 ? setpriv : undefined)).files[at("ssh_config")];
      return file?.state === "present" && file.sealed === true;
    };
    assert.equal(await isSealed(), false);
    chmodSync(at("ssh_config"), 0o444);
    assert.equal(await isSealed(), true);
    chmodSync(at("ssh_config"), 0o644);
    chmodSync(folder, 0o555);
    assert.equal(await isSealed(), true);
    chmodSync(folder, 0o755);
  });

  it("says that a config is missing", async () => {
    rmSync(at("ssh_config"));
    const path = at("ssh_config");
    assert.deepEqual((await read()).files[path], { state: "missing", path });
  });

  for (const [role, config] of [
    ["server", "sshd_config"],
    ["client", "ssh_config"],
  ] as const)
    it(`does not wait for a pipe that the ${role}'s config includes`, async () => {
      write(config, `Include ${at("d")}/*\n`);
      execFileSync("mkfifo", [at("d/pipe")]);
      const { files, effective } = await read();
      assert.equal(files[at("d/pipe")]?.state, "unusable");
      assert.equal(effective[role], undefined);
    });

  it("lists included files in the order in which OpenSSH reads them, pattern by pattern", async () => {
    mkdirSync(at("e f"));
    write("ssh_config", `INCLUDE = ${at("d")}/*.conf "${at("e f")}/*" ${at("none")}/* # the rest\r\n`);
    write("d/10.conf", `\tinclude "${at("e f")}/x"\n`);
    write("d/9.conf", "");
    write("d/Z.conf", "");
    write("d/not", "");
    write("e f/x", "");
    assert.deepEqual((await read()).includes, {
      [`${at("d")}/*.conf`]: [at("d/10.conf"), at("d/9.conf"), at("d/Z.conf")],
      [`${at("e f")}/*`]: [at("e f/x")],
      [at("e f/x")]: [at("e f/x")],
      [`${at("none")}/*`]: [],
    });
  });

  it("takes relative Include paths from /etc/ssh", async () => {
    write("sshd_config", "Include ssh-keepalive-test-none/*.conf\n");
    assert.deepEqual((await read()).includes, { "/etc/ssh/ssh-keepalive-test-none/*.conf": [] });
  });

  it("ends with a file that includes itself", async () => {
    write("ssh_config", `Include ${at("ssh_config")}\n`);
    const { includes, effective } = await read();
    assert.deepEqual(includes, { [at("ssh_config")]: [at("ssh_config")] });
    assert.notEqual(effective.client?.code, 0);
  });

  for (const match of ["Match exec", '\t"match" exec', "Match host a !exec", "MATCH=EXEC"])
    it(`never runs as root the command of ${JSON.stringify(match)} that others could have written`, async function () {
      if (process.getuid?.() !== 0) this.skip();
      write("ssh_config", `Include ${at("d")}/*\n`);
      write("d/a", `${match} "touch ${at("ran")}"\n`);
      chmodSync(at("d/a"), 0o666);
      const { effective } = await read();
      assert.ok(!existsSync(at("ran")), "the command ran");
      assert.equal(effective.client, undefined);
    });

  it("says that an included file's name has control characters, and shows none of them", async () => {
    write("ssh_config", `Include ${at("d")}/*\n`);
    write("d/a\nend\nfile\t", "ServerAliveInterval 5\n");
    mkdirSync(at("d/\u001b[2J"));
    const { files, includes } = await read();
    const names = includes[`${at("d")}/*`] ?? [];
    assert.deepEqual(names, [at("d/?[2J"), at("d/a?end?file?")]);
    for (const path of names)
      assert.deepEqual(files[path], { state: "unusable", path, reason: "has control characters in its name" });
  });
});
