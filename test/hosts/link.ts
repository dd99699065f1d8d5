import { exec } from "./exec";

/*
 * One host's cable: a network namespace with `eth0`, whose other end is a port of the run's bridge. Namespace, port and
 * the directory of the host all have the same name, `host-<number>`; 10.99.0.1 is the bridge, i.e. the run itself.
 */
const bridge = "hosts";
const bridgeAddress = "10.99.0.1";

export const linkName = (number: number) => `host-${number}`;
export const addressOf = (number: number) => `10.99.0.${number}`;

const macOf = (number: number) => `02:00:00:00:00:${number.toString(16).padStart(2, "0")}`;

const ip = (lines: readonly string[], ...options: string[]) =>
  exec(["ip", ...options, "-batch", "-"], { input: `${lines.join("\n")}\n` });

export async function createLink(number: number): Promise<void> {
  const name = linkName(number);
  // Both ends know each other's hardware address for good: without that, a peer behind a cut cable is reported as
  // "no route to host" after three seconds, while one behind a NAT or a dead line just stays silent.
  await ip([
    `netns add ${name}`,
    `link add ${name} type veth peer name eth0 address ${macOf(number)} netns ${name}`,
    `link set ${name} master ${bridge} up`,
    `neighbour replace ${addressOf(number)} lladdr ${macOf(number)} dev ${bridge} nud permanent`,
  ]);
  await ip(
    [
      "link set lo up",
      "link set eth0 up",
      `address add ${addressOf(number)}/24 dev eth0`,
      `neighbour replace ${bridgeAddress} lladdr ${macOf(1)} dev eth0 nud permanent`,
    ],
    "-netns",
    name,
  );
}

/** From now on packets vanish in both directions; neither end sees its link go down. */
export const cutLink = (number: number) => ip([`link set ${linkName(number)} nomaster`]);

export const restoreLink = (number: number) => ip([`link set ${linkName(number)} master ${bridge}`]);

export const deleteLink = (number: number) =>
  ip([
    `link delete ${linkName(number)}`,
    `netns delete ${linkName(number)}`,
    `neighbour delete ${addressOf(number)} dev ${bridge}`,
  ]);
