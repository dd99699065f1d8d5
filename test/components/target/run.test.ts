import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { mock } from "node:test";
import { ReadError, runAfresh, runAsRoot, UnreachableError } from "../../../components/target";
import type { RemoteTarget, Target } from "../../../components/target/target";
import { freePort, type Machine } from "../../../examples/start/machine";
import { Sshds } from "./sshds";

const LOCAL: Target = { kind: "local", name: "here", user: userInfo().username };

describe("running a script", () => {
  let sshds: Sshds;
  let host: Machine;
  let bastion: Machine;

  before(async () => {
    sshds = new Sshds();
    [host, bastion] = await Promise.all([sshds.start("host"), sshds.start("bastion")]);
  });
  after(() => sshds?.stop());

  const ways: [title: string, target: () => Target][] = [
    ["here", () => LOCAL],
    ["on a host", () => sshds.target(host)],
    ["on a host behind a proxy", () => sshds.target(host, { proxy: sshds.endpoint(bastion) })],
  ];
  for (const [title, target] of ways) {
    it(`${title} gives back every byte that it writes`, async () => {
      const answer = await runAsRoot(target(), "printf 'a\\000\\377\\n'; exit 0\nprintf never\n");
      assert.deepEqual([...answer], [0x61, 0, 0xff, 0x0a]);
    });

    it(`${title} that fails says how, with its last words`, async () => {
      await assert.rejects(
        runAsRoot(target(), "echo first >&2; echo 'no such thing' >&2; exit 3\n"),
        (error) => error instanceof ReadError && /ended with status 3: .*first \/ no such thing$/.test(error.message),
      );
    });

    it(`${title} that is killed says so`, async () => {
      await assert.rejects(runAsRoot(target(), "kill -9 $$\n"), /was ended by signal (SIG)?KILL/);
    });

    it(`${title} that does not stop writing is given up`, async () => {
      await assert.rejects(runAsRoot(target(), "cat /dev/zero\n"), /its answer is larger than 16777216 bytes/);
    });
  }

  it("on a host where it fails has what else is tried go over the same connection", async () => {
    const before = sshds.logins(host);
    const other = await runAsRoot(sshds.target(host), "exit 9\n", async (run) => {
      const { out, status } = await run("cat; exit 3", "as it is");
      return `${out} ${status}`;
    });
    assert.equal(other, "as it is 3");
    await assert.rejects(
      runAsRoot(sshds.target(host), "exit 9\n", async () => undefined),
      /ended with status 9/,
    );
    assert.equal(sshds.logins(host) - before, 2);
  });

  for (const [title, target] of ways)
    it(`${title} that does not end is given up after 120 s, also where what it started keeps the pipes`, async () => {
      const begun = join(sshds.folder, title);
      const real = globalThis.setTimeout;
      let timeUp: (() => void) | undefined;
      mock.method(globalThis, "setTimeout", (callback: () => void, ms?: number) => {
        if (ms === 120_000) timeUp = callback;
        return real(callback, ms);
      });
      try {
        const run = runAsRoot(target(), `touch '${begun}'; sleep 8 & sleep 8\n`);
        run.catch(() => {}); // it is looked at below
        while (!existsSync(begun)) await new Promise((resolve) => real(resolve, 10));
        timeUp?.();
        await assert.rejects(run, /no complete answer within 120 s; see what keeps it busy/);
      } finally {
        mock.restoreAll();
      }
    });

  it("on a host that goes away meanwhile says that the connection was lost", async () => {
    await assert.rejects(runAsRoot(sshds.target(host), "kill -9 $PPID; sleep 5\n"), /the connection was lost while/);
  });

  it("through a proxy logs in to both hops once", async () => {
    const before = [sshds.logins(bastion), sshds.logins(host)] as const;
    await runAsRoot(sshds.target(host, { proxy: sshds.endpoint(bastion) }), "exit 0\n");
    assert.deepEqual([sshds.logins(bastion) - before[0], sshds.logins(host) - before[1]], [1, 1]);
  });

  it("on many hosts behind one proxy logs in to that once, dead ones among them, and leaves nothing open", async () => {
    const before = sshds.logins(bastion);
    const proxy = sshds.endpoint(bastion);
    const dead = { port: await freePort(), hostKey: host.hostKey };
    const read = (machine: Pick<Machine, "port" | "hostKey">) =>
      runAsRoot(sshds.target(machine, { proxy }), "sleep 0.3; echo here\n");
    const results = await Promise.allSettled([host, dead, host, dead, host].map(read));
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"],
    );
    assert.equal(sshds.logins(bastion) - before, 1);
    await read(host);
    assert.equal(sshds.logins(bastion) - before, 2, "the connection was closed after its last user");
  });

  const login = (over: Partial<RemoteTarget>) => runAsRoot(sshds.target(host, over), "exit 0\n");

  it("says which hop does not answer", async () => {
    const port = await freePort();
    await assert.rejects(
      login({ port }),
      (error) =>
        error instanceof UnreachableError &&
        error.message.startsWith(`127.0.0.1:${port} does not answer: connect ECONN`),
    );
    await assert.rejects(
      login({ proxy: { ...sshds.endpoint(bastion), port } }),
      (error) =>
        error instanceof UnreachableError &&
        error.message.startsWith(`its proxy 127.0.0.1:${port} does not answer: connect ECONN`),
    );
    await assert.rejects(
      login({ port, proxy: sshds.endpoint(bastion) }),
      (error) =>
        error instanceof UnreachableError &&
        error.message.startsWith(`its proxy 127.0.0.1:${bastion.port} gets no answer from 127.0.0.1:${port}: `) &&
        error.message.includes("Connection refused"),
    );
  });

  it("says which hop has another host key, and logs in to neither of them then", async () => {
    const other = sshds.newKey("other").publicKey;
    const before = [sshds.logins(bastion), sshds.logins(host)];
    const proxy = { ...sshds.endpoint(bastion), hostKey: other };
    const has = (port: number) => `127\\.0\\.0\\.1:${port} has another host key than the expected ssh-ed25519 `;
    await assert.rejects(login({ hostKey: other }), new RegExp(`^Error: ${has(host.port)}`));
    await assert.rejects(login({ proxy }), new RegExp(`^Error: its proxy ${has(bastion.port)}`));
    assert.deepEqual([sshds.logins(bastion), sshds.logins(host)], before);
  });

  it("says which hop does not let the user in", async () => {
    const { privateKey } = sshds.newKey("stranger");
    const refused = (port: number) => `127\\.0\\.0\\.1:${port} does not let \\S+ log in with what the settings give;`;
    await assert.rejects(login({ privateKey }), new RegExp(`^Error: ${refused(host.port)}`));
    const proxy = { ...sshds.endpoint(bastion), privateKey };
    await assert.rejects(login({ proxy }), new RegExp(`^Error: its proxy ${refused(bastion.port)}`));
  });

  it("on a host that takes the connection and stays silent costs its connectTimeout, also behind a proxy", async () => {
    const port = await sshds.startSilent();
    for (const proxy of [undefined, sshds.endpoint(bastion)]) {
      const started = performance.now();
      await assert.rejects(
        login({ port, proxy, connectTimeout: 1 }),
        (error) => error instanceof UnreachableError && /:\d+ does not answer: Timed out/.test(error.message),
      );
      assert.ok(performance.now() - started < 4000, `${performance.now() - started} ms`);
    }
  });

  it("on a host that the proxy gets no answer from costs its connectTimeout", async () => {
    const { privateKey, publicKey } = sshds.newKey("hanging");
    const port = await sshds.startLenient(privateKey, "tcpip");
    const proxy = { ...sshds.endpoint(bastion), port, hostKey: publicKey };
    const started = performance.now();
    await assert.rejects(
      login({ proxy, connectTimeout: 1 }),
      (error) =>
        error instanceof UnreachableError &&
        error.message === `its proxy 127.0.0.1:${port} gets no answer from 127.0.0.1:${host.port}: timed out`,
    );
    assert.ok(performance.now() - started < 4000, `${performance.now() - started} ms`);
  });

  it("through a proxy that forwards nothing says what to allow there", async () => {
    const { privateKey, publicKey } = sshds.newKey("closed");
    const port = await sshds.startLenient(privateKey);
    await assert.rejects(
      login({ proxy: { ...sshds.endpoint(bastion), port, hostKey: publicKey } }),
      (error) => error instanceof ReadError && /does not let \S+ through to .*AllowTcpForwarding/.test(error.message),
    );
  });

  it("on a host that hangs up at once says that too many may come at once", async () => {
    const port = await sshds.listen(createServer((socket) => socket.end()));
    await assert.rejects(
      login({ port }),
      (error) => error instanceof UnreachableError && /closed the connection .*MaxStartups/.test(error.message),
    );
  });

  it("runs a command line over a fresh login, and says why where there is none", async () => {
    const before = sshds.logins(host);
    assert.equal(await runAfresh(sshds.target(host), "cat; echo out", "in "), "in out");
    assert.equal(sshds.logins(host) - before, 1);
    const port = await freePort();
    await assert.rejects(runAfresh(sshds.target(host, { port }), "exit 0", ""), /does not answer/);
    await assert.rejects(
      runAfresh(sshds.target(host), "echo why >&2; exit 3", ""),
      /confirming it ended with status 3: why/,
    );
  });
});
