import type { Host } from "./host";

/** How systemd listens for sshd: it starts one for each connection, or hands the socket over to the only one. */
export const activations = ["per-connection", "single-service"] as const;
export type Activation = (typeof activations)[number];

/*
 * What Debian 11 has, for the later releases too, whose ssh.socket has `Accept=no`. With RuntimeDirectoryPreserve, as in the
 * sshd@.service of Debian 13: without it, the end of one connection takes /run/sshd from the next, which is then refused.
 */
const perConnection = {
  "ssh@.service": `[Unit]
Description=OpenBSD Secure Shell server per-connection daemon

[Service]
EnvironmentFile=-/etc/default/ssh
ExecStart=-/usr/sbin/sshd -i $SSHD_OPTS
StandardInput=socket
RuntimeDirectory=sshd
RuntimeDirectoryPreserve=yes
RuntimeDirectoryMode=0755
`,
  "ssh.socket.d/per-connection.conf": `[Unit]
Conflicts=ssh.service

[Socket]
Accept=yes
`,
};

/** Turns a running host with systemd into one on which ssh.socket starts sshd, also after a reboot. */
export async function socketActivated(host: Host, activation: Activation): Promise<void> {
  if (activation === "single-service") {
    // Its sshd cannot be handed a socket. The releases after it are of this kind as they come.
    if (host.suite === "bullseye") throw new Error(`${host.name}: bullseye's sshd can be per-connection only`);
  } else {
    await must(host, "mkdir -p /etc/systemd/system/ssh.socket.d");
    for (const [unit, text] of Object.entries(perConnection)) await host.write(`/etc/systemd/system/${unit}`, text);
  }
  await must(
    host,
    "systemctl daemon-reload && systemctl disable --now ssh.service && systemctl enable --now ssh.socket",
  );
}

/** Turns a running host with systemd into one whose sshd was started by hand, so that no unit knows it, until a reboot. */
export async function startedByHand(host: Host): Promise<void> {
  await must(host, "systemctl disable --now ssh.service && systemctl mask --now ssh.service ssh.socket");
  // It writes the file once it listens.
  await must(host, "mkdir -p /run/sshd && /usr/sbin/sshd && until [ -s /run/sshd.pid ]; do sleep 0.1; done");
}

/** As `startedByHand`, and no pid file tells of it either. */
export async function knownToNobody(host: Host): Promise<void> {
  await must(host, "systemctl disable --now ssh.service && systemctl mask --now ssh.service ssh.socket");
  await must(host, "sed -i '1i PidFile none' /etc/ssh/sshd_config && mkdir -p /run/sshd && /usr/sbin/sshd");
  await must(host, `until pgrep -f '${LISTENER}'; do sleep 0.1; done`);
}

/** Gives a running host with systemd the unit that Fedora, Arch and openSUSE have, and no other one for sshd. */
export async function unitNamedSshd(host: Host): Promise<void> {
  await must(host, "systemctl disable --now ssh.service && systemctl mask ssh.service ssh.socket");
  await must(host, "sed '/^Alias=/d' /lib/systemd/system/ssh.service >/etc/systemd/system/sshd.service");
  await must(host, "systemctl daemon-reload && systemctl enable --now sshd.service");
}

/** How the sshd that listens is called among the processes, for `pgrep -f`; those of a session have other titles. */
export const LISTENER = "^sshd: .*\\[listener\\]";

async function must(host: Host, command: string): Promise<void> {
  const { code, stderr } = await host.run(command);
  if (code !== 0) throw new Error(`${host.name}: ${command}: exit code ${code}: ${stderr.trim()}`);
}
