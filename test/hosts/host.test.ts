import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createHosts, describeHosts, Host, wantedSuites } from ".";
import { exec } from "./exec";
import { login } from "./login";
import { traces } from "./traces";

describeHosts("several hosts at once", () => {
  let hosts: Host[];
  const ofEach = <T>(ask: (host: Host) => Promise<T>) => Promise.all(hosts.map(ask));
  const output = (command: string) => ofEach(async (host) => (await host.run(command)).stdout);

  before(async () => {
    hosts = await createHosts({ name: "alpha" }, { name: "beta" }, { name: "gamma" });
  });
  after(() => ofEach((host) => host.destroy()));

  it("answer over SSH with their own host key and name, as root and as a user who may sudo", async () => {
    deepEqual(await ofEach((host) => login(host, "root", "hostname")), ["alpha\n", "beta\n", "gamma\n"]);
    deepEqual(await ofEach((host) => login(host, "deploy", "sudo -n id -un")), ["root\n", "root\n", "root\n"]);
  });

  it("have a whole and healthy systemd as PID 1", async () => {
    deepEqual(await output("cat /proc/1/comm && systemctl is-system-running && systemctl is-active ssh"), [
      ...["systemd\nrunning\nactive\n", "systemd\nrunning\nactive\n", "systemd\nrunning\nactive\n"],
    ]);
  });

  it("keep their services apart: one host's restart of ssh leaves the others' alone", async () => {
    const mainPids = () => output("systemctl show --property=MainPID ssh");
    const before = await mainPids();
    await hosts[0]?.run("systemctl restart ssh");
    const after = await mainPids();
    ok(before[0] !== after[0]);
    deepEqual(before.slice(1), after.slice(1));
  });

  it("share neither machine-id nor host keys", async () => {
    for (const file of [
      "/etc/machine-id",
      ...["ed25519", "ecdsa", "rsa"].map((type) => `/etc/ssh/ssh_host_${type}_key`),
    ])
      equal(new Set(await output(`cat ${file}`)).size, 3, file);
  });

  it("can reach nothing outside the run, nor can the run", async () => {
    const routes = (text: string) => [...text.matchAll(/^\S+/gm)].map(String);
    for (const text of await output("ip route")) deepEqual(routes(text), ["10.99.0.0/24"]);
    deepEqual(routes((await exec(["ip", "route"])).toString()), ["10.99.0.0/24"]);
  });
});

describeHosts("a host", () => {
  let host: Host;
  before(async () => {
    host = await Host.create();
  });
  after(() => host.destroy());

  it("runs commands as root or deploy and hands back output and exit code", async () => {
    deepEqual(await host.run("id -un; echo oops >&2; exit 3"), { code: 3, stdout: "root\n", stderr: "oops\n" });
    deepEqual(await host.run("id -un; pwd", { user: "deploy" }), {
      code: 0,
      stdout: "deploy\n/home/deploy\n",
      stderr: "",
    });
  });

  it("takes and gives back any bytes, with the mode asked for", async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 39, 34, 92]);
    await host.write("/root/a b'c", bytes, 0o640);
    deepEqual(await host.read("/root/a b'c"), bytes);
    equal((await host.run("stat -c %a /root/a*")).stdout, "640\n");
    await rejects(host.read("/none"), /host-\d+: \/none cannot be read: .*No such file/);
  });

  it("is pristine after a reset, with the same host key", async () => {
    const listing = async () => {
      const { stdout } = await host.run(
        'find /etc/ssh /home -printf "%M %u:%g %p\\n" | sort; cat /etc/ssh/sshd_config',
      );
      return stdout;
    };
    const before = await listing();
    await host.run("rm /etc/ssh/sshd_config && touch /home/deploy/x && mkdir /etc/ssh/sshd_config.d/y");
    await host.reset();
    equal(await listing(), before);
    equal(await login(host, "deploy", "echo in"), "in\n");
  });

  it("keeps its files and its count of logins over a reboot", async () => {
    await host.reset();
    await host.write("/etc/kept", "kept");
    await login(host, "root", "true");
    await host.reboot();
    equal((await host.read("/etc/kept")).toString(), "kept");
    equal(await host.acceptedLogins(), 1);
  });

  it("counts exactly the logins that its sshd accepted, since the last reset", async () => {
    await host.reset();
    equal(await host.acceptedLogins(), 0);
    for (const user of ["root", "deploy", "deploy"] as const) await login(host, user, "true");
    await rejects(login({ ...host, hostKey: "another" }, "root", "true"));
    await host.run("true", { user: "deploy" });
    equal(await host.acceptedLogins(), 3);
  });

  it("falls silent when its network is cut, still runs commands, and comes back", async () => {
    await host.cutNetwork();
    await rejects(login(host, "root", "true", 4000), /Timed out/);
    equal((await host.run("echo alive")).stdout, "alive\n");
    await host.restoreNetwork();
    equal(await login(host, "root", "echo back"), "back\n");
  });

  it("leaves no process, mount, link, namespace, cgroup or file once destroyed", async () => {
    const before = await traces();
    const hosts = await createHosts({}, {});
    ok((await traces()).mounts.length > before.mounts.length);
    await Promise.all(hosts.map((each) => each.destroy()));
    deepEqual(await traces(), before);
  });
});

describeHosts("every suite asked for by SSH_KEEPALIVE_SUITES", () => {
  for (const suite of wantedSuites())
    it(`${suite} boots, logs in, counts and resets`, async () => {
      const host = await Host.create({ suite });
      match(await login(host, "deploy", "cat /etc/os-release"), new RegExp(`^VERSION_CODENAME=${suite}$`, "m"));
      equal(await host.acceptedLogins(), 1);
      await host.reset();
      equal((await host.run("systemctl is-system-running")).stdout, "running\n");
      equal(await host.acceptedLogins(), 0);
      await host.destroy();
    });
});
