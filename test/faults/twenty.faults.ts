import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, type Machine, startMachine } from "../../examples/start/machine";
import { findOpenSsh } from "../../examples/start/openssh";
import { Stack } from "../../examples/start/stack";
import { describeHosts } from "../hosts";

const COUNT = 20;

describeHosts("one bad host of twenty costs the others nothing", () => {
  let folder: string;
  let stack: Stack;
  let blackHole: BlackHole;
  const machines: Machine[] = [];
  let interval = 300;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-twenty-"));
    const key = join(folder, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "twenty", "-f", key]);
    const openSsh = await findOpenSsh(() => {});
    for (let i = 1; i <= COUNT; i++)
      machines.push(await startMachine(`web-${i}`, folder, readFileSync(`${key}.pub`, "utf8"), openSsh));
    blackHole = await BlackHole.open();
    stack = new Stack(
      { pulumi: process.env.SSH_KEEPALIVE_TEST_PULUMI ?? "pulumi", env: {} },
      "twenty",
      folder,
      () => {},
    );
    await stack.create({}, readFileSync(key, "utf8"));
  });
  after(async () => {
    blackHole?.close();
    await Promise.all(machines.map((machine) => machine.stop()));
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  /** Every host has to change, and one is not as it should be. */
  async function upWith(bad: string, isBad: object) {
    interval++;
    const hosts = machines.map(({ name, port, hostKey, sshdConfig, sshConfig, journal }) => ({
      name,
      address: "127.0.0.1",
      port,
      hostKey,
      paths: { sshdConfig, sshConfig, journal },
      ...(name === bad && isBad),
    }));
    stack.configure({ hosts, server: { clientAliveInterval: interval }, connectTimeout: 3 });
    const { code, output } = await stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0, output);
    for (const { name, effective, sshdConfig } of machines)
      if (name === bad) assert.ok(!readFileSync(sshdConfig, "utf8").includes(`ClientAliveInterval ${interval}`), name);
      else assert.ok(effective().includes(`clientaliveinterval ${interval}`), name);
    return output;
  }

  const recap = (rest: string) => new RegExp(`recap: ok=0 changed=19 skipped=0 ${rest}\\n`);

  it("a host that refuses the connection", async () => {
    const output = await upWith("web-3", { port: await freePort() });
    assert.match(output, /web-3 unreachable: 127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/);
    assert.match(output, recap("unreachable=1 failed=0"));
  });

  it("a host that takes the connection and stays silent, which is dialled once", async () => {
    const output = await upWith("web-7", { port: blackHole.port });
    assert.match(output, /web-7 unreachable: 127\.0\.0\.1:\d+ does not answer/);
    assert.match(output, recap("unreachable=1 failed=0"));
    assert.equal(blackHole.connections, 1);
  });

  it("a host with another host key than expected", async () => {
    const output = await upWith("web-11", { hostKey: machines[0]?.hostKey });
    assert.match(output, /web-11 failed: 127\.0\.0\.1:\d+ has another host key than the expected/);
    assert.match(output, recap("unreachable=0 failed=1"));
  });

  it("a host whose sshd rejects its configuration", async () => {
    appendFileSync(machines[19]?.sshdConfig as string, "Bogus yes\n");
    const output = await upWith("web-20", {});
    assert.match(output, /web-20 failed: sshd -T rejects .*Bogus/);
    assert.match(output, recap("unreachable=0 failed=1"));
  });
});

/** Takes every connection and never says a word. */
class BlackHole {
  connections = 0;
  private readonly open = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on("connection", (socket) => {
      this.connections++;
      this.open.add(socket);
    });
  }

  static async open(): Promise<BlackHole> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new BlackHole(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.open) socket.destroy();
    this.server.close();
  }
}
