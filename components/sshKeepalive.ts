import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { readResult } from "./apply";
import { hostCommand } from "./hostCommand";
import { type HostReading, readHosts } from "./hostReading";
import {
  OnUnreachable,
  type Resolution,
  resolve,
  resolveFleet,
  type SshKeepaliveArgs,
  validateKnown,
  validateNames,
} from "./settings";
import { type HostReport, renderFailures, renderRecap, renderReport } from "./verify";

/** Effective values of one role of a host. */
export interface EffectiveRole {
  /** `server` or `client`. */
  role: string;
  /** OpenSSH's keyword → value, as `sshd -T` or `ssh -G` report it. */
  values: Record<string, number>;
}

/**
 * Keeps SSH sessions alive across hosts: reads every host, shows what it would change, edits `sshd_config` and
 * `ssh_config` so that the effective values are the desired ones, and gives every byte back on destroy.
 *
 * Example: `new SshKeepalive("fleet", { hosts: [{ name: "web-1" }], server: { clientAliveInterval: 300 } })`.
 *
 * Each host is a child `command:remote:Command` named `<name>-<host>`. Settings that are not usable fail the preview
 * with every mistake at once. A fault of one host is a warning in preview; `up` finishes all other hosts and then fails,
 * naming each cause.
 */
export class SshKeepalive extends pulumi.ComponentResource {
  /** Host → its managed roles with their effective values. A host that could not be read or changed is absent. */
  public readonly effective: pulumi.Output<Record<string, EffectiveRole[]>>;

  constructor(name: string, args: SshKeepaliveArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ssh-keepalive:index:SshKeepalive", name, {}, opts);
    const owner = `${pulumi.getProject()}/${pulumi.getStack()}`;
    const hosts = validateNames(name, args.hosts).map((host) => ({
      name: host,
      sender: { owner, resource: `${name}-${host}` },
    }));
    validateKnown(args);
    const settings = resolveFleet(args);
    const reports = readHosts(settings, hosts).map((reading, index) => {
      const { name: host, sender } = hosts[index] as (typeof hosts)[number];
      const command = hostCommand(
        sender.resource,
        args.hosts[index] as SshKeepaliveArgs["hosts"][number],
        reading,
        this,
      );
      return hostReport(host, reading, command);
    });
    this.effective = pulumi.output(this.conclude(settings, Promise.all(reports)));
    this.registerOutputs({ effective: this.effective });
  }

  /** Tells what there is to tell of the fleet. In `up` it fails at the very end, when no other host can be harmed. */
  private async conclude(
    settings: Promise<Resolution>,
    reports: Promise<HostReport[]>,
  ): Promise<Record<string, EffectiveRole[]>> {
    const preview = pulumi.runtime.isDryRun();
    const { fleet } = await settings;
    const hosts = await reports;
    const failures = renderFailures(hosts, fleet.onUnreachable === OnUnreachable.Skip);
    await pulumi.log.info(renderReport(hosts, preview), this);
    if (failures && preview) await pulumi.log.warn(failures, this);
    // Last and by itself, as the engine shows a resource's latest message in that resource's row.
    await pulumi.log.info(renderRecap(hosts.map(({ outcome }) => outcome)), this);
    if (failures && !preview) throw new pulumi.RunError(failures);
    return Object.fromEntries(
      hosts.flatMap(({ name, effective }) =>
        effective ? [[name, Object.entries(effective).map(([role, values]) => ({ role, values }))]] : [],
      ),
    );
  }
}

async function hostReport(name: string, reading: Promise<HostReading>, command: remote.Command): Promise<HostReport> {
  const read = await reading;
  if (read.kind === "unknown")
    return { name, outcome: "skipped", reason: "it can be read in up only, when all its inputs are known" };
  const stdout = pulumi.runtime.isDryRun() ? undefined : (await resolve(command.stdout)).value;
  if (read.kind === "held") return { name, outcome: read.outcome, reason: read.reason, isNew: stdout === "" };
  const { plan, document } = read;
  const foreseen = Object.fromEntries(
    plan.roles.flatMap(({ role, desired, after }) => (desired ? [[role, after]] : [])),
  );
  if (document.settled) return { name, outcome: "ok", plan, effective: foreseen };
  if (pulumi.runtime.isDryRun()) return { name, outcome: "changed", plan, effective: foreseen };
  if (typeof stdout !== "string")
    return { name, outcome: "failed", reason: "its command did not run; see its own error" };
  const { status, cause, effective } = readResult(stdout);
  if (status === "failed") return { name, outcome: "failed", reason: cause ?? "it gave no reason", plan };
  return { name, outcome: "changed", plan, effective };
}
