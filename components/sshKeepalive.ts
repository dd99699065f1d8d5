import * as pulumi from "@pulumi/pulumi";
import { hostCommand } from "./hostCommand";
import { type HostReading, readHosts } from "./hostReading";
import { hostReport } from "./hostReport";
import { comesFromResources, prerequisites } from "./prerequisites";
import {
  type HostArgs,
  OnUnreachable,
  partOf,
  type Resolution,
  resolveFleet,
  type SshKeepaliveArgs,
  validateKnown,
  validateNames,
} from "./settings";
import { type HostReport, renderFailures, tellReport } from "./verify";

/** Effective values of one role of a host. */
export interface EffectiveRole {
  /** `server`, `client` or `putty`. */
  role: string;
  /** Whose it is, where it is one user's own. */
  user?: string;
  /** OpenSSH's keyword → value, as `sshd -T` or `ssh -G` report it; of PuTTY saved session → seconds between keepalives. */
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
    validateKnown(args);
    const names = validateNames(name, args.hosts);
    const settings = resolveFleet(args);
    const waits = prerequisites(this, opts?.dependsOn);
    const hosts = names.map((host, index) => ({
      name: host,
      resource: `${name}-${host}`,
      mayBeNew: waits.then(({ some }) => some || comesFromResources(args.hosts[index])),
    }));
    const readings = readHosts({
      settings,
      prerequisites: waits,
      hosts,
      owner: `${pulumi.getProject()}/${pulumi.getStack()}`,
      preview: pulumi.runtime.isDryRun(),
    });
    const reports = hosts.map(({ name: host, resource }, index) => {
      const reading = readings[index] as Promise<HostReading>;
      return hostReport(host, reading, hostCommand(resource, args.hosts[index] as HostArgs, reading, this));
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
    if (hosts.length === 0)
      await pulumi.log.warn("hosts is empty: every host that this stack had here gets its own settings back", this);
    const failures = renderFailures(hosts, fleet.onUnreachable === OnUnreachable.Skip);
    await tellReport(this, hosts, preview, failures);
    if (failures && !preview) throw withoutStack(new pulumi.RunError(failures));
    return Object.fromEntries(
      hosts.flatMap(({ name, effective }) =>
        effective ? [[name, Object.entries(effective).map(([part, values]) => ({ ...partOf(part), values }))]] : [],
      ),
    );
  }
}

/** A fault of a host has no place in the program, and who reads of it is not to be led there. */
function withoutStack(error: Error): Error {
  error.stack = "";
  return error;
}
