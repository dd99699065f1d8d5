import {
  type Host,
  type HostOptions,
  knownToNobody,
  LISTENER,
  type Suite,
  socketActivated,
  startedByHand,
  unitNamedSshd,
  wantedSuites,
} from "../hosts";
import { Fleet } from "./fleet";

/** A way in which sshd is run. */
export interface Way {
  /** Its host's name. */
  name: string;
  /** Its host's Debian; bookworm where that is not among those to test on. */
  suite?: Suite;
  init?: HostOptions["init"];
  prepare?(host: Host): Promise<void>;
  /** What its host's settings have beside how it is reached. */
  settings?: { reloadCommand: string };
  /** As what the host's journal has it. */
  recognised: string;
  /** Which sshd listens once it was told: the one before or a new one, whatever it is told; none where nobody listens. */
  listener?: "same" | "new" | "none";
}

const TELL = "/usr/local/sbin/tell-sshd";

export const WAYS: Way[] = [
  { name: "ssh-service", suite: "trixie", recognised: "systemd ssh.service" },
  { name: "sshd-service", suite: "bullseye", prepare: unitNamedSshd, recognised: "systemd sshd.service" },
  {
    name: "socket-for-each",
    suite: "bullseye",
    prepare: (host) => socketActivated(host, "per-connection"),
    recognised: "systemd ssh.socket",
    listener: "none",
  },
  {
    name: "socket-for-all",
    suite: "trixie",
    prepare: (host) => socketActivated(host, "single-service"),
    recognised: "triggered ssh.service",
    listener: "new",
  },
  { name: "sysvinit", init: "sysvinit", recognised: "sysvinit ssh" },
  { name: "openrc", init: "openrc", recognised: "openrc ssh" },
  { name: "runit", init: "runit", recognised: "runit ssh" },
  { name: "by-hand", suite: "trixie", prepare: startedByHand, recognised: "pidfile /run/sshd.pid" },
  {
    name: "own-command",
    prepare: async (host) => {
      await knownToNobody(host);
      await host.write(TELL, `#!/bin/sh\nexec pkill -HUP -f '${LISTENER}'\n`, 0o755);
    },
    settings: { reloadCommand: TELL },
    recognised: "unknown -",
    listener: "same",
  },
];

/** A host for each way. */
export async function fleetOfWays(): Promise<Fleet> {
  const suites = wantedSuites();
  const fleet = await Fleet.of(
    WAYS.map(({ name, init, suite = "bookworm" }) => ({
      name,
      init,
      suite: suites.includes(suite) ? suite : "bookworm",
    })),
  );
  await Promise.all(WAYS.map(({ prepare }, i) => prepare?.(fleet.host(i))));
  return fleet;
}

/** For each host's name what is found there. */
export async function foundOn<T>(hosts: Host[], look: (host: Host) => Promise<T>): Promise<Record<string, T>> {
  return Object.fromEntries(await Promise.all(hosts.map(async (host) => [host.name, await look(host)] as const)));
}

/** The process that listens for connections. */
export async function listenerOf(host: Host): Promise<string> {
  return (await host.run(`pgrep -f '${LISTENER}'`)).stdout.trim();
}

/** What a run left on the host; what is about to end by itself gets the time to do so. */
export async function leftoversOf(host: Host): Promise<string> {
  // By stdin, as what looks must not find itself.
  const { stdout } = await host.run("sh", { input: LEFTOVERS });
  return stdout.trim();
}

const LEFTOVERS = `
look() {
  find /etc /root /home /run /tmp /var -path /var/lib/dpkg -prune -o -name '*ssh-keepalive*' -print -o -path '/tmp/tmp.*' -print
  pgrep -af 'ssh-keepalive|^timeout '
  systemctl list-units --all --no-legend 'ssh-keepalive*'
} 2>/dev/null
for i in 1 2 3 4 5 6 7 8; do
  left=$(look)
  [ "$left" ] || break
  sleep 0.5
done
echo "$left"
`;
