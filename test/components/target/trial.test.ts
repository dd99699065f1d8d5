import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { UnreachableError, whyNoLogin } from "../../../components/target";
import { freePort, type Machine } from "../../../examples/start/machine";
import { until } from "../../support/localHost";
import { Sshds } from "./sshds";

describe("a login that is tried with files that sshd has not read yet", function () {
  this.timeout(30_000);
  let sshds: Sshds;
  let host: Machine;
  let original: string;

  before(async () => {
    sshds = new Sshds();
    host = await sshds.start("host");
    original = readFileSync(host.sshdConfig, "utf8");
  });
  after(() => sshds?.stop());
  afterEach(() => writeFileSync(host.sshdConfig, original));

  /** With lines before all others and in the end. */
  async function why(first: string, last = "", over = {}): Promise<string | undefined> {
    const [keyword] = first.split(" ");
    const others = original.replace(new RegExp(`^${keyword} .*\n`, "m"), "");
    writeFileSync(host.sshdConfig, `${first}\n${others}${last.replace("PORT", String(host.port))}\n`);
    const untried = { sshd: "/usr/sbin/sshd", config: host.sshdConfig, changed: true, listens: true, ...over };
    return whyNoLogin(sshds.target(host), untried);
  }

  it("gets in where nothing is in its way, whatever a Match of others does about keepalive", async () => {
    assert.equal(await why("# nothing"), undefined);
    assert.equal(await why("", "Match Address 127.0.0.0/8 LocalPort PORT\n  ClientAliveInterval 7"), undefined);
  });

  const user = userInfo().username;
  const refused: [first: string, last: string, why: RegExp][] = [
    ["AllowUsers rot", "", /^with it a login does not get in \(.* does not let .* log in/],
    [
      "Port 24901",
      "",
      /^with it sshd no longer listens on port \d+ of 127\.0\.0\.1, .* \(listenaddress 127\.0\.0\.1:24901\)$/,
    ],
    ["MaxSessions 0", "", /^with it a login does not get in \(it refused to run a command: /],
    ["ForceCommand /bin/false", "", /^with it .* gets in and no command runs \(it ended with 1\)$/],
    ["ChrootDirectory /nowhere", "", /^with it /],
    ["DenyUsers *@127.0.0.1", "", /^who gets in with it depends on the address, .* \(denyusers \*@127\.0\.0\.1\)$/],
    [
      "",
      `Match Address 127.0.0.0/8\n  DenyUsers ${user}`,
      /^who gets in with it depends on the address, .* \(denyusers /,
    ],
    ["", "Match LocalPort PORT\n  PubkeyAuthentication no", /depends on the address, .* \(pubkeyauthentication no\)$/],
  ];
  for (const [first, last, reason] of refused)
    it(`does not where they have ${JSON.stringify(first || last)}`, async () => {
      assert.match((await why(first, last)) ?? "it gets in", reason);
    });

  it("gets in whatever port they name where another program listens for sshd", async () => {
    assert.equal(await why("Port 24901", "", { listens: false }), undefined);
  });

  it("gets in where they name another port than that with which it was started", async () => {
    const port = await freePort();
    const config = `${sshds.folder}/started`;
    const pidFile = `${config}.pid`;
    const text = original.replace(/^PidFile .*/m, `PidFile ${pidFile}`).replace(/^Port .*/m, "Port 24901");
    writeFileSync(config, text);
    const own = spawn("/usr/sbin/sshd", ["-D", "-f", config, "-p", String(port)], { stdio: "ignore" });
    try {
      await until(() => existsSync(pidFile));
      const untried = { sshd: "/usr/sbin/sshd", config, changed: true, listens: true };
      assert.equal(await whyNoLogin(sshds.target({ ...host, port }), untried), undefined);
    } finally {
      own.kill();
    }
  });

  it("does not refuse for what can't be tried where they may be what sshd has read", async () => {
    assert.equal(await why("DenyUsers *@127.0.0.1", "", { changed: false }), undefined);
    assert.equal(await why(`AllowUsers ${user}@127.0.0.1`, "", { changed: false }), undefined);
    assert.match((await why("AllowUsers rot", "", { changed: false })) ?? "", /does not get in/);
  });

  it("is over with its answer, and keeps no program waiting that is done", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    // By then mocha has set its own.
    await Promise.resolve();
    const before = timers();
    await why("# nothing");
    assert.equal(timers(), before);
  });

  it("tells a host that can't be asked from one that lets nobody in", async () => {
    const nobody = sshds.target({ ...host, port: await freePort() });
    const untried = { sshd: "/usr/sbin/sshd", config: host.sshdConfig, changed: true, listens: true };
    await assert.rejects(whyNoLogin(nobody, untried), UnreachableError);
  });
});
