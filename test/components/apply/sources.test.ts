import assert from "node:assert/strict";
import { readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { LocalHost } from "../../support/localHost";

const DESIRED = { server: { ClientAliveInterval: 60 } };

describe("a change of somebody's that is saved after sshd's files were read", function () {
  this.timeout(60_000);
  let host: LocalHost;
  let before: unknown[];
  let theirs: string;

  beforeEach(async () => {
    host = await LocalHost.start();
    theirs = host.file("sshd_config.d/50-theirs.conf");
    host.write(theirs, "# theirs\n");
    before = host.contents();
  });
  afterEach(async () => {
    const leftovers = host.leftovers();
    await host.stop();
    assert.deepEqual(leftovers, [], "what the scripts left behind");
  });

  const reloads = () => host.read(host.file("sshd.log")).split("Received SIGHUP").length - 1;

  async function isRefused(text: string, cause: RegExp): Promise<void> {
    const result = await host.apply(text);
    assert.equal(result.status, "failed");
    assert.match(result.cause ?? "", cause);
    assert.equal(reloads(), 0, "sshd was told nothing");
  }

  const cases: [what: string, unread: () => string[], save: () => void, cause: RegExp][] = [
    [
      "a drop-in",
      () => [theirs],
      () => host.edit(theirs, (content) => `${content}AllowUsers nobody\n`),
      /50-theirs\.conf was changed since sshd's files were read, and a reload would bring it into force; run it again$/,
    ],
    [
      "a new drop-in",
      () => [host.file("sshd_config.d/60 more.conf")],
      () => host.write(host.file("sshd_config.d/60 more.conf"), "AllowUsers nobody\n"),
      /60 more\.conf was added since sshd's files were read/,
    ],
    [
      "a drop-in that is taken away",
      () => [],
      () => rmSync(theirs),
      /50-theirs\.conf was changed since sshd's files were read/,
    ],
    [
      "the main file, of which ours is a drop-in",
      () => [host.sshdConfig],
      () => host.edit(host.sshdConfig, (content) => `${content}AllowUsers nobody\n`),
      /sshd_config was changed since sshd's files were read/,
    ],
  ];
  for (const [what, unread, save, cause] of cases)
    it(`is not brought into force where it is ${what}, and the next run takes it as it is`, async () => {
      const { text } = await host.plan(DESIRED);
      save();
      before = host.contents();
      await isRefused(text, cause);
      assert.deepEqual(host.contents(), before);
      const next = await host.plan(DESIRED);
      const warnings = next.plan.parts[0]?.warnings.filter(({ message }) => /sshd has not read it since/.test(message));
      for (const file of unread())
        assert.ok(
          warnings?.some((warning) => warning.file === file),
          file,
        );
      assert.equal((await host.apply(next.text)).status, "changed");
    });

  it("is not brought into force either where it is saved while the script is at work, also over our lines", async () => {
    for (const [path, cause] of [
      [theirs, /50-theirs\.conf was changed/],
      [
        host.dropIn,
        /00-ssh-keepalive\.conf was changed .*; and .*00-ssh-keepalive\.conf was changed meanwhile, so it stays/,
      ],
    ] as const) {
      const { text } = await host.plan(DESIRED);
      const wrapper = host.file("sshd.wrapper");
      const calls = host.file("sshd.calls");
      // The fourth question is the first one after the files were replaced.
      writeFileSync(
        wrapper,
        `#!/bin/sh\necho >>${calls}\n[ "$(wc -l <${calls})" -ne 4 ] || echo '# meanwhile' >>${path}\nexec /usr/sbin/sshd "$@"\n`,
        { mode: 0o755 },
      );
      await isRefused(text.replace(/^sshd .*$/m, `sshd ${wrapper}`), cause);
      assert.match(host.read(path), /# meanwhile\n$/);
      rmSync(calls);
    }
    const saved = readdirSync(dirname(host.journal)).filter((name) => name.startsWith("journal.saved."));
    assert.equal(saved.length, 1, "what was there before the file that could not be put back");
  });

  it("is none where sshd reads our drop-in by another name as well; it goes and comes with its other name", async () => {
    symlinkSync("sshd_config.d", host.file("alias.d"));
    const include = `Include ${host.file("alias.d")}/*.conf\n`;
    host.edit(host.sshdConfig, (content) => content.replace(/^Include .*\n/m, (line) => line + include));
    const original = host.contents();
    for (const interval of [60, 90]) {
      const { status, cause } = await host.converge({ server: { ClientAliveInterval: interval } });
      assert.equal(status, "changed", cause);
    }
    const { code, stderr } = await host.undo((await host.plan({ server: { ClientAliveInterval: 90 } })).text);
    assert.equal(code, 0, stderr);
    assert.deepEqual(host.contents(), original);
  });

  it("does not keep a host from being done where names have what a plan can't say", async () => {
    host.write(host.file("sshd_config.d/70-\xfcber.conf"), "# odd\n");
    host.write(host.file("sshd_config.d/80 two words .conf"), "# odd\n");
    assert.equal((await host.converge(DESIRED)).status, "changed");
  });
});
