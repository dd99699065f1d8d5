import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { release } from "node:os";
import { delimiter, join } from "node:path";
import { aptInstall } from "../../tools/apt";
import { step } from "../../tools/say";
import type { Say } from "./cache";
import { cgroupRoot } from "./cgroups";
import { buildImage, type Suite } from "./images";
import { buildLayers } from "./layers";

const packageOf = {
  debootstrap: "debootstrap",
  "systemd-nspawn": "systemd-container",
  ip: "iproute2",
  "ssh-keygen": "openssh-client",
  // A second shell for the scripts that hosts run.
  busybox: "busybox",
  // A NAT, and what it remembers.
  nft: "nftables",
  conntrack: "conntrack",
  plink: "putty-tools",
  // A file system whose quota root has to keep to as well.
  "mkfs.btrfs": "btrfs-progs",
  // A real cmd.exe and reg.exe.
  wine: "wine",
} as const;

const onPath = (tool: string) =>
  (process.env.PATH ?? "").split(delimiter).some((directory) => existsSync(join(directory, tool)));

const missingTools = () => (Object.keys(packageOf) as (keyof typeof packageOf)[]).filter((tool) => !onPath(tool));

/** Why real hosts cannot be made on this machine; undefined if they can, perhaps after prepare(). */
export function hostsUnavailable(): string | undefined {
  if (process.platform !== "linux") return `real hosts need Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "real hosts need root";
  const [major = 0, minor = 0] = release().split(".").map(Number);
  // For cgroup.kill.
  if (major < 5 || (major === 5 && minor < 14)) return `real hosts need Linux 5.14 or newer, this is ${release()}`;
  if (!cgroupRoot()) return "real hosts need cgroup v2, which is not mounted here";
  const probe = spawnSync("unshare", ["--mount", "--net", "--pid", "--fork", "true"], { encoding: "utf8" });
  if (probe.status !== 0) return `real hosts need namespaces: ${probe.error?.message ?? probe.stderr.trim()}`;
  const missing = missingTools();
  if (missing.length > 0 && !onPath("apt-get")) return `real hosts need ${missing.join(", ")}, and there is no apt-get`;
  return undefined;
}

/** Installs the tools that are missing and builds the images and layers that are not cached. */
export async function prepare(suites: readonly Suite[], say: Say): Promise<void> {
  const packages = missingTools().map((tool) => packageOf[tool]);
  if (packages.length > 0) {
    await step(say, `installing ${packages.join(", ")} for the tests`, () => aptInstall(packages));
  }
  const missing = missingTools();
  if (missing.length > 0)
    throw new Error(`${missing.join(", ")} not found after installation; check PATH=${process.env.PATH}`);
  for (const suite of suites) await buildImage(suite, say);
  for (const suite of suites) await buildLayers(suite, say);
}
