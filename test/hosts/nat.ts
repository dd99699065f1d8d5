import { exec } from "./exec";
import type { Host } from "./host";
import { linkName } from "./link";

const router = "nat";
const inside = "192.0.2";
const outside = "198.51.100";

/** What many a router at home does, in seconds instead of minutes: what it forgot it drops, and nobody is told. */
const rules = `
table ip nat {
  set silent { type ipv4_addr; }
  chain forget {
    type filter hook prerouting priority filter;
    ct state invalid drop
    ct state new tcp flags & (fin | syn | rst | ack) != syn drop
  }
  chain forward {
    type filter hook forward priority filter;
    ip saddr @silent drop
    ip daddr @silent drop
  }
  chain hide {
    type nat hook postrouting priority srcnat;
    oifname "outside" masquerade
  }
}
`;

/** A router that hides its clients behind one address and forgets connections that were idle. A run has one at a time. */
export class Nat {
  private constructor() {}

  /** @param idleTimeout seconds after which it forgets. */
  static async create(idleTimeout: number): Promise<Nat> {
    await exec(["ip", "netns", "add", router]);
    const ends = [
      { bridge: "inside", network: inside },
      { bridge: "outside", network: outside },
    ];
    await ip(
      router,
      ends.flatMap(({ bridge, network }) => [
        `link add ${bridge} type bridge`,
        `link set ${bridge} up`,
        `address add ${network}.1/24 dev ${bridge}`,
      ]),
    );
    await atRouter(["nft", "--file", "-"], rules);
    // Without "loose", a packet from the middle of a connection does not make the router remember it again.
    await atRouter([
      ...["sysctl", "--quiet", "net.ipv4.ip_forward=1", "net.netfilter.nf_conntrack_tcp_loose=0"],
      `net.netfilter.nf_conntrack_tcp_timeout_established=${idleTimeout}`,
    ]);
    return new Nat();
  }

  /** Gives a host a second cable, to the router's inside; returns its address there. */
  async addClient(host: Host): Promise<string> {
    const address = await plug(host, "inside", inside);
    await ip(linkName(host.number), [`route add ${outside}.0/24 via ${inside}.1`]);
    return address;
  }

  /** Gives a host a second cable, to the router's outside; returns the address at which clients reach it. */
  addServer = (host: Host) => plug(host, "outside", outside);

  /** From now on packets from and to this address vanish; neither end sees a link go down. */
  silence = (address: string) => atRouter(["nft", "add", "element", "ip", "nat", "silent", `{ ${address} }`]);

  /** The clients' addresses of the connections to sshd that it remembers now. */
  async remembered(): Promise<Set<string>> {
    const list = await atRouter(["conntrack", "--dump", "--proto", "tcp", "--dport", "22"]);
    // The first address of a line is the client's, as it sent its packets.
    return new Set([...list.toString().matchAll(/^tcp .*? src=(\S+)/gm)].map(([, address]) => address as string));
  }

  async remove(): Promise<void> {
    await exec(["ip", "netns", "delete", router]);
  }
}

async function plug(host: Host, bridge: string, network: string): Promise<string> {
  const namespace = linkName(host.number);
  const address = `${network}.${host.number}`;
  await ip(router, [
    `link add ${namespace} type veth peer name ${bridge} netns ${namespace}`,
    `link set ${namespace} master ${bridge} up`,
  ]);
  await ip(namespace, [`link set ${bridge} up`, `address add ${address}/24 dev ${bridge}`]);
  return address;
}

const ip = (namespace: string, lines: readonly string[]) =>
  exec(["ip", "-netns", namespace, "-batch", "-"], { input: `${lines.join("\n")}\n` });

const atRouter = (argv: readonly string[], input?: string) =>
  exec(["nsenter", `--net=/run/netns/${router}`, ...argv], { input });
