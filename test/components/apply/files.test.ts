import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { Placement } from "../../../components/settings";
import { LocalHost } from "../../support/localHost";
import { SHELLS } from "./shells";

const DESIRED = { server: { ClientAliveInterval: 60 }, client: { ServerAliveInterval: 75 } };
const INLINE = { placement: Placement.Inline };
const DONE = { code: 0, stdout: "", stderr: "" };

for (const { name, command, missing } of SHELLS)
  describe(`the files of a host with ${name}${missing ? ` (skipped: ${missing})` : ""}`, function () {
    this.timeout(60_000);
    let host: LocalHost;

    before(function () {
      if (missing) this.skip();
    });
    beforeEach(async () => {
      host = await LocalHost.start(command);
    });
    afterEach(async () => {
      const leftovers = host?.leftovers();
      await host?.stop();
      assert.deepEqual(leftovers, [], "what the scripts left behind");
    });

    /** Changes both main files and gives what is theirs back; between the two it looks at them. */
    async function thereAndBack(look: () => void): Promise<void> {
      const original = host.contents();
      const { text } = await host.plan(DESIRED, undefined, INLINE);
      const { status, cause } = await host.apply(text);
      assert.equal(status, "changed", cause);
      assert.match(host.read(host.sshdConfig), /ClientAliveInterval 60/);
      assert.match(host.read(host.sshConfig), /ServerAliveInterval 75/);
      look();
      assert.deepEqual(await host.undo(text), DONE);
      look();
      assert.deepEqual(host.contents(), original);
    }

    it("that are links stay so: what they lead to is edited, also over several links", async () => {
      for (const path of [host.sshdConfig, host.sshConfig]) {
        mkdirSync(`${path}.d`, { recursive: true });
        renameSync(path, join(`${path}.d`, "real"));
        symlinkSync("real", join(`${path}.d`, "middle"));
        symlinkSync(join(`${path}.d`, "middle"), path);
      }
      await thereAndBack(() => {
        for (const path of [host.sshdConfig, host.sshConfig]) {
          assert.equal(readlinkSync(path), join(`${path}.d`, "middle"));
          assert.equal(readlinkSync(join(`${path}.d`, "middle")), "real");
          assert.ok(lstatSync(join(`${path}.d`, "real")).isFile());
        }
      });
    });

    it("that have several names have the same bytes under each", async () => {
      const other = host.file("other-name");
      linkSync(host.sshConfig, other);
      const { ino } = statSync(other);
      await thereAndBack(() => {
        assert.equal(host.read(other), host.read(host.sshConfig));
        assert.deepEqual([statSync(host.sshConfig).ino, statSync(host.sshConfig).nlink], [ino, 2]);
      });
    });

    it("keep mode and owner", async () => {
      const owner = process.getuid?.() === 0 ? 65534 : (process.getuid?.() as number);
      for (const path of [host.sshdConfig, host.sshConfig]) {
        chmodSync(path, 0o664);
        chownSync(path, owner, process.getgid?.() as number);
      }
      await thereAndBack(() => {
        for (const path of [host.sshdConfig, host.sshConfig]) {
          const { mode, uid, gid } = statSync(path);
          assert.deepEqual([mode & 0o7777, uid, gid], [0o664, owner, process.getgid?.()]);
        }
      });
    });

    /** sshd's config becomes a link into this folder. */
    function moveInto(folder: string): void {
      mkdirSync(folder, { mode: 0o755 });
      renameSync(host.sshdConfig, join(folder, "real"));
      symlinkSync(join(folder, "real"), host.sshdConfig);
    }

    it("whose folder others can write are not changed as root, with what to do", async function () {
      if (process.getuid?.() !== 0) this.skip();
      const folder = host.file("theirs");
      moveInto(folder);
      chownSync(folder, 65534, 65534);
      await assert.rejects(
        host.plan(DESIRED, undefined, INLINE),
        /sshd_config \(.*real\) is not changed as root, as others can write its folder/,
      );
    });

    it("are left alone, and whatever a link there leads to, where others can write the folder since it was read", async function () {
      if (process.getuid?.() !== 0) this.skip();
      const folder = host.file("theirs");
      moveInto(folder);
      const { text } = await host.plan(DESIRED, undefined, INLINE);
      const original = host.contents();
      chownSync(folder, 65534, 65534);
      const { status, cause = "" } = await host.apply(text);
      assert.equal(status, "failed");
      assert.match(cause, /can't be changed: others than root can write its folder .*theirs; make that root's alone/);
      assert.deepEqual(host.contents(), original);
    });

    const bytes: [title: string, change: (content: string) => string][] = [
      ["end their lines as DOS does", (content) => content.replaceAll("\n", "\r\n")],
      ["end without a newline", (content) => content.replace(/\n$/, "")],
      ["hold bytes that are no text in any encoding of today", (content) => `# \xff\xfe\x80 caf\xe9\n${content}# \xc3`],
    ];
    for (const [title, change] of bytes)
      it(`get every byte back where they ${title}`, async () => {
        for (const path of [host.sshdConfig, host.sshConfig]) host.edit(path, change);
        await thereAndBack(() => {});
      });
  });
