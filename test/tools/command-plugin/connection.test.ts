import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Server as TcpServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { type AuthContext, Server } from "ssh2";
import { openPlugin, stopPlugins } from "./plugin";
import { makeKey, Sshd, temporaryFolder } from "./sshd";

const run = promisify(execFile);

describe("command plugin: the connection of a remote command", () => {
  let sshd: Sshd;
  let folder: string;
  const usersAgent = process.env.SSH_AUTH_SOCK;
  before(async () => {
    delete process.env.SSH_AUTH_SOCK;
    sshd = await Sshd.start();
  });
  after(async () => {
    if (usersAgent) process.env.SSH_AUTH_SOCK = usersAgent;
    await sshd?.stop();
  });
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const connect = async (connection: Record<string, unknown>) => {
    try {
      return (await openPlugin("remote").create({ connection, create: "echo in" })).outs.stdout;
    } finally {
      await stopPlugins();
    }
  };

  describe("with a hostKey", () => {
    it("comes up if the server has that key", async () => {
      assert.equal(await connect({ ...sshd.connection, hostKey: sshd.hostKey }), "in");
    });

    it("fails if the server has another one", async () => {
      const { publicKey } = await makeKey(folder, "other");
      await assert.rejects(connect({ ...sshd.connection, hostKey: publicKey }), {
        message: "after 0 failed attempts: ssh: handshake failed: ssh: host key mismatch",
      });
    });

    it("asks a server that has several for the key of that type", async () => {
      const { file, publicKey } = await makeKey(folder, "ecdsa", { type: "ecdsa" });
      const own = await Sshd.start([`HostKey ${file}`]);
      try {
        assert.equal(await connect({ ...own.connection, hostKey: publicKey }), "in");
        assert.equal(await connect({ ...own.connection, hostKey: own.hostKey }), "in");
      } finally {
        await own.stop();
      }
    });

    it("fails if the server has no key of that type", async () => {
      const { publicKey } = await makeKey(folder, "ecdsa", { type: "ecdsa" });
      await assert.rejects(connect({ ...sshd.connection, hostKey: publicKey }), /no matching host key/);
    });

    it("fails before it dials if that is no key", async () => {
      await assert.rejects(
        connect({ host: "127.0.0.1", port: 1, hostKey: "no key" }),
        /^Error: failed to parse host key/,
      );
    });
  });

  describe("logs in", () => {
    it("with a key that has a passphrase, if it gets that", async () => {
      const { privateKey, publicKey } = await makeKey(folder, "locked", { passphrase: "open sesame" });
      await sshd.authorize(publicKey);
      const connection = { ...sshd.connection, privateKey };
      assert.equal(await connect({ ...connection, privateKeyPassword: "open sesame" }), "in");
      await assert.rejects(connect(connection), /^Error: ssh: privateKey can't be read.*passphrase/);
      await assert.rejects(connect({ ...connection, privateKeyPassword: "wrong" }), /privateKey can't be read/);
    });

    describe("with an agent", () => {
      let agent: ChildProcess;
      let socket: string;
      beforeEach(async () => {
        socket = join(folder, "agent");
        agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
        if (agent.stdout) await once(agent.stdout, "data");
        await run("ssh-add", ["-q", sshd.key.file], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      });
      afterEach(async () => {
        if (agent.kill()) await once(agent, "close");
        delete process.env.SSH_AUTH_SOCK;
      });

      it("by its agentSocketPath", async () => {
        const { privateKey: _, ...connection } = sshd.connection;
        assert.equal(await connect({ ...connection, agentSocketPath: socket }), "in");
      });

      it("by SSH_AUTH_SOCK", async () => {
        const { privateKey: _, ...connection } = sshd.connection;
        process.env.SSH_AUTH_SOCK = socket;
        assert.equal(await connect(connection), "in");
      });

      it("but not after a refused privateKey, as in the official plugin", async () => {
        const { privateKey } = await makeKey(folder, "stranger");
        await assert.rejects(
          connect({ ...sshd.connection, privateKey, agentSocketPath: socket }),
          /unable to authenticate/,
        );
      });
    });

    it("with nobody at the agent's socket never: the error names the socket", async () => {
      const agentSocketPath = join(folder, "nobody");
      await assert.rejects(connect({ ...sshd.connection, agentSocketPath }), {
        message: `no SSH agent listens on ${agentSocketPath}`,
      });
    });

    it("never with a key that the server doesn't know: the error tells what was tried", async () => {
      const { privateKey } = await makeKey(folder, "stranger");
      await assert.rejects(connect({ ...sshd.connection, privateKey }), {
        message:
          "after 0 failed attempts: ssh: handshake failed: ssh: unable to authenticate, " +
          "attempted methods [none publickey], no supported methods remain",
      });
    });

    for (const method of ["password", "keyboard-interactive"] as const) {
      it(`with a password, by the method ${method}`, async () => {
        const server = await passwordServer(folder, method, "open sesame");
        try {
          const connection = { host: "127.0.0.1", port: portOf(server), user: "somebody", dialErrorLimit: 0 };
          assert.equal(await connect({ ...connection, password: "open sesame" }), "in");
          await assert.rejects(connect({ ...connection, password: "wrong" }), new RegExp(`none.*${method}`));
        } finally {
          await close(server);
        }
      });
    }
  });

  describe("through a proxy", () => {
    let proxy: Sshd;
    before(async () => {
      proxy = await Sshd.start();
    });
    after(() => proxy?.stop());

    it("comes up, with a key and host key of each", async () => {
      const connection = { ...sshd.connection, hostKey: sshd.hostKey };
      const clients = proxy.clients;
      assert.equal(await connect({ ...connection, proxy: { ...proxy.connection, hostKey: proxy.hostKey } }), "in");
      assert.equal(proxy.clients, clients + 1);
    });

    it("fails if the proxy has another host key", async () => {
      const other = { ...proxy.connection, hostKey: sshd.hostKey };
      await assert.rejects(connect({ ...sshd.connection, proxy: other }), /^Error: proxy: .*host key mismatch/);
    });

    it("fails if the host has another host key", async () => {
      const connection = { ...sshd.connection, hostKey: proxy.hostKey, proxy: proxy.connection };
      await assert.rejects(connect(connection), /^Error: proxy: .*host key mismatch/);
    });

    it("fails if the proxy can't reach the host", async () => {
      const connection = { ...sshd.connection, port: 1, proxy: proxy.connection };
      await assert.rejects(connect(connection), /^Error: proxy: after 0 failed attempts: .*refused/);
    });
  });

  describe("that fails", () => {
    let server: TcpServer;
    let clients: number;
    beforeEach(async () => {
      clients = 0;
      server = createServer((socket) => {
        clients++;
        socket.destroy();
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
    });
    afterEach(() => close(server));

    it("is tried again dialErrorLimit times, each announced", async () => {
      const plugin = openPlugin("remote");
      const connection = { host: "127.0.0.1", port: portOf(server), dialErrorLimit: 2 };
      await assert.rejects(plugin.create({ connection, create: "true" }), /^Error: after 2 failed attempts: ssh: /);
      assert.equal(clients, 3);
      assert.deepEqual(
        plugin.messages.map(({ message }) => message),
        ["Dial 1/2 failed: retrying", "Dial 2/2 failed: retrying"],
      );
    });

    it("is tried until it comes up with dialErrorLimit -1", async () => {
      const port = portOf(server);
      const plugin = openPlugin("remote");
      const connection = { host: "127.0.0.1", port, dialErrorLimit: -1, user: "somebody", password: "p" };
      const created = plugin.create({ connection, create: "true" });
      await once(server, "connection");
      await close(server);
      const recovered = await passwordServer(folder, "password", "p", port);
      try {
        assert.equal((await created).outs.stdout, "in");
        assert.equal(plugin.messages[0]?.message, "Dial 1/inf failed: retrying");
      } finally {
        await plugin.cancel();
        await close(recovered);
      }
    });

    it("isn't tried again once the engine asks the plugin to stop", async () => {
      const plugin = openPlugin("remote");
      const connection = { host: "127.0.0.1", port: portOf(server), dialErrorLimit: -1 };
      const failed = assert.rejects(plugin.create({ connection, create: "true" }), /abort/);
      await once(server, "connection");
      await plugin.cancel();
      await failed;
    });

    it("names the address that refused it", async () => {
      const port = portOf(server);
      await close(server);
      const connection = { host: "127.0.0.1", port, dialErrorLimit: 0 };
      await assert.rejects(
        connect(connection),
        new RegExp(`failed attempts: dial tcp 127\\.0\\.0\\.1:${port}: .*REFUSED`),
      );
    });
  });
});

/** What the servers of node:net and ssh2 have in common. */
interface Listener {
  address(): unknown;
  close(closed: () => void): unknown;
}

const portOf = (server: Listener): number => (server.address() as AddressInfo).port;

/** Closes the server, if it isn't closed yet. */
const close = (server: Listener): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/** An SSH server that knows one password and answers every command with "in". */
async function passwordServer(folder: string, method: string, password: string, port = 0): Promise<Listener> {
  const { privateKey } = await makeKey(folder, `host-${method}`);
  const server = new Server({ hostKeys: [privateKey] }, (client) => {
    client.on("authentication", (attempt: AuthContext) => {
      if (attempt.method !== method) attempt.reject([method as AuthContext["method"]]);
      else if (attempt.method === "password") answer(attempt, attempt.password);
      else if (attempt.method === "keyboard-interactive") attempt.prompt("?", ([given]) => answer(attempt, given));
    });
    client.on("session", (accept) => {
      accept().on("exec", (acceptCommand) => {
        const channel = acceptCommand();
        channel.write("in\n");
        channel.exit(0);
        channel.end();
      });
    });
  });
  const answer = (attempt: AuthContext, given: string | undefined) =>
    given === password ? attempt.accept() : attempt.reject([method as AuthContext["method"]]);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}
