import {
  type Host,
  type HostOptions,
  knownToNobody,
  socketActivated,
  startedByHand,
  unitNamedSshd,
  wantedSuites,
} from "../hosts";

/** A way in which sshd is run. */
export interface Way {
  /** Its host's name. */
  name: string;
  host: Omit<HostOptions, "name">;
  prepare?(host: Host): Promise<void>;
  /** What the host's settings need beside how it is reached. */
  settings?: { reloadCommand: string };
  /** As what the host knows it, in its journal. */
  recognised: string;
  /**
   * Which sshd listens afterwards: the one that did, a new one in any case, or none, as each connection starts its own.
   * Where it is left out it is as `activation` says.
   */
  listener?: "same" | "new" | "none";
}

const [suite, second = suite, third = suite] = wantedSuites();

/** Per-connection sockets are all that Debian 11 has, and single-service ones came after it. */
const later = [third, second, suite].find((one) => one !== "bullseye") ?? "bookworm";

export const TELL = "/usr/local/sbin/tell-sshd";

export const WAYS: Way[] = [
  { name: "ssh-service", host: { suite: third }, recognised: "systemd ssh.service" },
  { name: "sshd-service", host: { suite: second }, prepare: unitNamedSshd, recognised: "systemd sshd.service" },
  {
    name: "socket-for-each",
    host: { suite: second },
    prepare: (host) => socketActivated(host, "per-connection"),
    recognised: "systemd ssh.socket",
    listener: "none",
  },
  {
    name: "socket-for-all",
    host: { suite: later },
    prepare: (host) => socketActivated(host, "single-service"),
    recognised: "triggered ssh.service",
    listener: "new",
  },
  { name: "sysvinit", host: { init: "sysvinit" }, recognised: "sysvinit ssh" },
  { name: "openrc", host: { init: "openrc" }, recognised: "openrc ssh" },
  { name: "runit", host: { init: "runit" }, recognised: "runit ssh" },
  { name: "by-hand", host: { suite }, prepare: startedByHand, recognised: "pidfile /run/sshd.pid" },
  {
    name: "own-command",
    host: { suite },
    prepare: async (host) => {
      await knownToNobody(host);
      await host.write(TELL, "#!/bin/sh\nexec pkill -HUP -f '^sshd: .*\\[listener\\]'\n", 0o755);
    },
    settings: { reloadCommand: TELL },
    recognised: "unknown -",
    listener: "same",
  },
];
