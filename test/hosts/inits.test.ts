import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { activations, createHosts, describeHosts, Host, inits, socketActivated, startedByHand, wantedSuites } from ".";
import { login } from "./login";
import { traces } from "./traces";

const output = async (host: Host, command: string) => (await host.run(command)).stdout;

/** What says which init runs, whatever else is installed. */
const running = {
  systemd: ["systemd", "test -d /run/systemd/system"],
  sysvinit: ["init", "test ! -e /run/openrc && runlevel | grep -x 'N 2'"],
  openrc: ["init", "rc-status --runlevel | grep -x default"],
  runit: ["runit", "sv status ssh | grep ^run:"],
} as const;

for (const init of inits)
  describeHosts(`a host with ${init}`, () => {
    let host: Host;
    const answers = async () => {
      const [comm, sign] = running[init];
      equal(await output(host, "cat /proc/1/comm"), `${comm}\n`);
      equal((await host.run(sign)).code, 0, sign);
      equal(await login(host, "root", "hostname"), `${host.name}\n`);
      equal(await login(host, "deploy", "sudo -n id -un"), "root\n");
    };

    before(async () => {
      host = await Host.create({ init });
    });
    after(() => host.destroy());

    it("has it as PID 1 and answers over SSH, to root and to a user who may sudo", answers);

    it("keeps its files over a reboot", async () => {
      await host.write("/etc/kept", "over a reboot");
      await host.reboot();
      equal(String(await host.read("/etc/kept")), "over a reboot");
      await answers();
    });

    it("keeps its files over a power cut, which ends what is running", async () => {
      const cut = host.run("echo begun >/etc/kept; sleep 60; echo ended >/etc/kept");
      while ((await output(host, "cat /etc/kept")) !== "begun\n");
      await host.powerCut();
      equal((await cut).code, -1);
      equal(String(await host.read("/etc/kept")), "begun\n");
      await answers();
    });

    if (init !== "systemd")
      it("does not count logins", async () => {
        await rejects(host.acceptedLogins(), new RegExp(`^Error: ${host.name}: .*it runs ${init}$`));
      });

    it("is pristine after a reset", async () => {
      await host.reset();
      await rejects(host.read("/etc/kept"), /No such file/);
      await answers();
    });
  });

describeHosts("a host", () => {
  it("falls silent in a power cut, and resets what was connected once it is back", async () => {
    const host = await Host.create();
    const socket = connect(22, host.address);
    const ended: unknown[] = [];
    socket.on("end", () => ended.push("end")).on("error", (error) => ended.push(error));
    await once(socket, "data");
    await host.powerCut();
    equal(ended.length, 0);
    socket.write("anybody there?\n");
    await new Promise((resolve) => socket.on("close", resolve));
    match(String(ended), /ECONNRESET/);
    await host.destroy();
  });

  it("has another init on bookworm only", async () => {
    await rejects(Host.create({ suite: "trixie", init: "openrc" }), /openrc was asked for on trixie.* bookworm only/);
  });

  it("leaves nothing once destroyed, whatever its init and who started its sshd", async () => {
    const before = await traces();
    const [cut, byHand] = (await createHosts({ init: "runit" }, {})) as [Host, Host];
    await cut.powerCut();
    await startedByHand(byHand);
    await Promise.all([cut.destroy(), byHand.destroy()]);
    deepEqual(await traces(), before);
  });
});

for (const suite of wantedSuites())
  describeHosts(`a ${suite} host with systemd`, () => {
    let host: Host;
    beforeEach(async () => {
      host = await Host.create({ suite });
    });
    afterEach(() => host.destroy());

    for (const activation of activations)
      it(`can have ${activation} sockets, also after a reboot`, async () => {
        if (suite === "bullseye" && activation === "single-service") {
          await rejects(socketActivated(host, activation), /per-connection only/);
          return;
        }
        const unit = activation === "per-connection" ? /system-ssh\.slice\/ssh@.*\.service$/ : /\/ssh\.service$/;
        await socketActivated(host, activation);
        equal(await output(host, "systemctl is-active ssh.socket ssh.service"), "active\ninactive\n");
        for (const _ of "twice") match((await login(host, "root", "grep ^0: /proc/self/cgroup")).trim(), unit);
        await host.reboot();
        match((await login(host, "root", "grep ^0: /proc/self/cgroup")).trim(), unit);
        equal(await output(host, "systemctl is-active ssh.socket"), "active\n");
      });

    it("can have an sshd that systemd does not know", async () => {
      await startedByHand(host);
      equal(await output(host, "systemctl is-active ssh.service ssh.socket"), "inactive\ninactive\n");
      equal(await output(host, "ps -o comm= -p $(cat /run/sshd.pid)"), "sshd\n");
      match((await host.run("systemctl status $(cat /run/sshd.pid)")).stderr, /does not belong to any loaded unit/);
      equal(await login(host, "root", "echo in"), "in\n");
    });
  });
