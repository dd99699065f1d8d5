import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { Stack } from "../../examples/start/stack";
import { describeHosts } from "../hosts";
import { WindowsHost } from "../support/windowsHost";

const PUTTY = "HKCU\\Software\\SimonTatham\\PuTTY";
const KEY = "HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions";
/** Spaces, a percent sign, a letter that is not ASCII, and all that cmd.exe makes something of. */
const ODD = "100%25%20B%FCro%20&calc|x^y!(z)'";
const ODD_NAME = "100% Büro &calc|x^y!(z)'";

describeHosts("a row of the source document, on a host whose shell is cmd.exe", function () {
  this.timeout(180_000);
  let folder: string;
  let host: WindowsHost;
  let stack: Stack;
  let pristine: string;
  const user = userInfo().username;
  const up = (...options: string[]) => stack.expect(["up", "--yes", "--skip-preview", ...options]);
  const destroy = () => stack.expect(["destroy", "--yes", "--skip-preview"]);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-windows-"));
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "key")]);
    host = await WindowsHost.start("desk-7", folder, readFileSync(join(folder, "key.pub"), "utf8"));
    const pulumi = process.env.SSH_KEEPALIVE_TEST_PULUMI ?? "pulumi";
    stack = new Stack({ pulumi, env: {} }, "windows", folder, () => {});
    await stack.create({}, readFileSync(join(folder, "key"), "utf8"));
  });
  after(async () => {
    await host?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function configure(settings: object, over: object = {}): void {
    const { port, hostKey } = host.machine;
    const entry = { name: "desk-7", address: "127.0.0.1", port, user, hostKey, ...over };
    stack.configure({ hosts: [entry], ...settings });
  }

  function putty(secondsBetweenKeepalives: number, sessions?: string[], over: object = {}): void {
    configure({ putty: { secondsBetweenKeepalives, sessions, ...over } });
  }

  /** Session → minutes and seconds, as the registry has them. */
  function pings(): Record<string, (number | undefined)[]> {
    const found: Record<string, (number | undefined)[]> = {};
    let key = "";
    for (const line of host.registry().split("\n")) {
      if (line.startsWith("HKEY_")) key = line;
      if (key.startsWith(`${KEY}\\`)) found[key.slice(KEY.length + 1)] ??= [undefined, undefined];
      const [, name, value] = /^ +(PingInterval|PingIntervalSecs) +REG_DWORD +(\S+)$/.exec(line) ?? [];
      if (name) (found[key.slice(KEY.length + 1)] as number[])[name === "PingInterval" ? 0 : 1] = Number(value);
    }
    return found;
  }

  it("PuTTY on Windows: a host without PuTTY is told of, counts as ok and is left as it is", async () => {
    pristine = host.registry();
    putty(300, ["*", "Default Settings"]);
    const output = await up();
    assert.match(
      output,
      /desk-7: ok\n.*\n +warning: PuTTY has no settings there \(no HKCU.*PuTTY\): there is nothing to do/,
    );
    assert.match(output, /recap: ok=1 changed=0/);
    assert.equal(host.registry(), pristine);
    await up("--expect-no-changes");
    await destroy();
    assert.equal(host.registry(), pristine);
  });

  describe("with saved sessions", () => {
    before(() => {
      host.save("web", "HostName", "web.example");
      host.save("web", "PingInterval", 0);
      host.save("web", "PingIntervalSecs", 0);
      host.save("db", "PingIntervalSecs", 45);
      host.save(ODD, "HostName", "x");
      pristine = host.registry();
      assert.deepEqual(pings(), { web: [0, 0], db: [undefined, 45], [ODD]: [undefined, undefined] });
    });
    afterEach(async () => {
      await destroy();
      assert.equal(host.registry(), pristine, "what destroy leaves in the registry");
    });

    it("PuTTY on Windows: preview shows what would change, up does it, and destroy gives each value back", async () => {
      putty(300);
      const preview = await stack.expect(["preview"]);
      assert.match(preview, /desk-7: would change/);
      assert.ok(
        preview.includes(
          `putty of ${user} (saved sessions, seconds between keepalives): ${ODD_NAME} 0 → 300, db 45 → 300, web 0 → 300`,
        ),
        preview,
      );
      assert.ok(preview.includes(`--- ${PUTTY}\\Sessions\\db\tnow`), preview);
      assert.match(preview, /-PingIntervalSecs=45\n +\+PingInterval=5\n +\+PingIntervalSecs=0\n/);
      assert.equal(host.registry(), pristine);
      const output = await up();
      assert.match(output, /recap: ok=0 changed=1/);
      assert.deepEqual(pings(), { web: [5, 0], db: [5, 0], [ODD]: [5, 0] });
      assert.match(host.registry(), /HostName +REG_SZ +web\.example/);
      assert.match(await up("--expect-no-changes"), /recap: ok=1 changed=0/);
    });

    it("PuTTY on Windows: sessions by name and pattern, the others are left alone, and who is let go of gets its own back", async () => {
      putty(90, [ODD_NAME, "w*"]);
      await up();
      assert.deepEqual(pings(), { web: [1, 30], db: [undefined, 45], [ODD]: [1, 30] });
      await up("--expect-no-changes");
      putty(120, ["db", "web"]);
      await up();
      assert.deepEqual(pings(), { web: [2, 0], db: [2, 0], [ODD]: [undefined, undefined] });
      await up("--expect-no-changes");
      configure({});
      await up();
      assert.deepEqual(pings(), { web: [0, 0], db: [undefined, 45], [ODD]: [undefined, undefined] });
      await up("--expect-no-changes");
    });

    it("PuTTY on Windows: Default Settings is made where it is named, and goes again", async () => {
      putty(300, ["Default Settings"]);
      assert.match(await up(), /Default Settings 0 → 300/);
      assert.deepEqual(pings()["Default%20Settings"], [5, 0]);
      await up("--expect-no-changes");
    });

    it("PuTTY on Windows: Default Settings that we made stays where something else was put into it", async () => {
      putty(300, ["Default Settings"]);
      await up();
      host.save("Default%20Settings", "Font", "Courier");
      await destroy();
      assert.match(host.registry(), /Default%20Settings\n +Font +REG_SZ +Courier\n\n/);
      host.run(`reg delete "${PUTTY}\\Sessions\\Default%20Settings" /f`);
    });

    it("PuTTY on Windows: 0 turns keepalives off", async () => {
      putty(0, ["db"]);
      assert.match(await up(), /db 45 → 0/);
      assert.deepEqual(pings().db, [0, 0]);
      await up("--expect-no-changes");
    });

    it("PuTTY on Windows: drift is found and set again, and the first former value is what goes back", async () => {
      putty(300, ["web"]);
      await up();
      host.save("web", "PingInterval", 7);
      assert.match(await stack.expect(["preview"]), /web 420 → 300/);
      await up();
      assert.deepEqual(pings().web, [5, 0]);
      await up("--expect-no-changes");
    });

    it("PuTTY on Windows: what the user changed meanwhile stays the user's own", async () => {
      putty(300, ["web"]);
      await up();
      host.save("web", "PingIntervalSecs", 30);
      await destroy();
      assert.deepEqual(pings().web, [5, 30]);
      host.save("web", "PingInterval", 0);
      host.save("web", "PingIntervalSecs", 0);
    });

    it("PuTTY on Windows: a session that is named and does not exist fails the host, with the names that there are", async () => {
      putty(300, ["web", "wbe"]);
      const { code, output } = await stack.run(["up", "--yes", "--skip-preview"]);
      assert.notEqual(code, 0);
      assert.ok(
        output.includes(`desk-7 failed: PuTTY has no saved session "wbe" there; it has: ${ODD_NAME}, db, web.`),
        output,
      );
      assert.equal(host.registry(), pristine);
    });

    it("PuTTY on Windows: other roles, other users and become are refused", async () => {
      const refused = async (words: RegExp) => {
        const { code, output } = await stack.run(["up", "--yes", "--skip-preview"]);
        assert.notEqual(code, 0);
        assert.match(output, words);
        assert.equal(host.registry(), pristine);
      };
      configure({ putty: { secondsBetweenKeepalives: 300 }, server: { clientAliveInterval: 300 } });
      await refused(/it is a Windows host, and these have the putty role only; switch server off for it/);
      putty(300, undefined, { users: ["alice"] });
      await refused(/the sessions of alice can't be reached/);
      configure({ putty: { secondsBetweenKeepalives: 300 }, become: { method: "sudo" } });
      await refused(/it is a Windows host, where sudo is of no use/);
    });

    it("PuTTY on Windows: a replaced resource ends up configured", async () => {
      putty(300);
      await up();
      await up("--target-replace", await urn());
      assert.deepEqual(pings(), { web: [5, 0], db: [5, 0], [ODD]: [5, 0] });
      await up("--expect-no-changes");
    });

    it("PuTTY on Windows: another stack's host is refused, and taken over only where that is asked for", async () => {
      putty(300, ["web"]);
      await up();
      configure({ putty: { secondsBetweenKeepalives: 300, sessions: ["web"] }, owner: "other/stack" });
      const { code, output } = await stack.run(["up", "--yes", "--skip-preview"]);
      assert.notEqual(code, 0);
      assert.match(output, /it is managed by ssh-keepalive\/windows \(fleet-desk-7\)/);
      configure({ putty: { secondsBetweenKeepalives: 300, sessions: ["web"] }, owner: "other/stack", takeOver: true });
      assert.match(await up(), /note: it was managed as ssh-keepalive\/windows fleet-desk-7/);
      await up("--expect-no-changes");
    });

    it("PuTTY on Windows: a change that was cut off is carried through, and undone exactly then", async () => {
      putty(300);
      await up();
      host.run("reg add HKCU\\Software\\ssh-keepalive /v state /d applying /f");
      const destroyed = await stack.run(["destroy", "--yes", "--skip-preview"]);
      assert.notEqual(destroyed.code, 0);
      assert.match(destroyed.output, /the last change there was cut off/);
      assert.match(await up(), /note: the last change was cut off; it is carried through/);
      await up("--expect-no-changes");
    });
  });

  async function urn(): Promise<string> {
    const exported = JSON.parse(await stack.expect(["stack", "export", "--stack", stack.name]));
    const resources: { urn: string }[] = exported.deployment.resources;
    return resources.find(({ urn }) => urn.endsWith("::fleet-desk-7"))?.urn ?? "";
  }
});
