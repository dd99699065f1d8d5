import { readdirSync, readFileSync } from "node:fs";
import { ownCgroup } from "./cgroups";
import { exec } from "./exec";
import { runDir } from "./isolation";

const lines = async (...argv: string[]) => (await exec(argv)).toString().trim().split("\n").sort();

/** Everything of which hosts and runs must leave no trace, to be compared before and after. */
export async function traces() {
  const processes = (await lines("ps", "-e", "-o", "args="))
    .filter((args) => /nspawn|sshd|systemd|runsv|init\.sh/.test(args))
    // An sshd takes a moment to see that who asked for its banner has gone.
    .filter((args) => !args.startsWith("sshd: [accepted]"))
    .map((args) => args.replace(/\d+ (?=of \d+-\d+ startups)/, ""));
  const links: { ifname: string }[] = JSON.parse((await exec(["ip", "-json", "link"])).toString());
  return {
    processes,
    links: links.map((link) => link.ifname),
    neighbours: await lines("ip", "neighbour"),
    namespaces: await lines("ip", "netns", "list"),
    mounts: readFileSync("/proc/self/mountinfo", "utf8").split("\n").sort(),
    directories: [...readdirSync(`${runDir}/hosts`), ...readdirSync("/run")].sort(),
    cgroups: cgroups(),
  };
}

/** The cgroups of the runs and hosts that this process has started. */
export const cgroups = () =>
  readdirSync(ownCgroup(), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
