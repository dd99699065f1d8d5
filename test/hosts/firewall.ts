import { exec } from "./exec";
import type { Host } from "./host";
import { linkName } from "./link";

/** Lets that many more connections to port 22 through; packets of later ones vanish, those of open ones do not. */
export async function letThrough(host: Host, connections: number): Promise<void> {
  // A resent SYN would count as well, but none of the first ones gets lost on this way.
  const newOnes = 'iif "eth0" tcp dport 22 tcp flags & (syn | ack) == syn';
  const rules = [
    "table inet limited {",
    "  chain entrance {",
    "    type filter hook input priority filter;",
    `    ${newOnes} limit rate over 1/day burst ${connections} packets drop`,
    "  }",
    "}",
    "",
  ];
  await nft(host, ["--file", "-"], rules.join("\n"));
}

export const letAllThrough = (host: Host) => nft(host, ["delete", "table", "inet", "limited"]);

const nft = (host: Host, argv: readonly string[], input?: string) =>
  exec(["nsenter", `--net=/run/netns/${linkName(host.number)}`, "nft", ...argv], { input });
