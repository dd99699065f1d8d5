import { local, remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import type { HostReading, Planned } from "./hostReading";
import { type HostArgs, OnDestroy } from "./settings";
import { commandConnection, rootStdin } from "./target";

/**
 * The one resource of a host. Its input is the plan, so Pulumi sees a change exactly when the host needs one.
 *
 * A host that can't be dealt with in this run keeps all its inputs as the state has them. If the state has none, the
 * resource is created without a command, which does not dial: no login is ever tried on a host that was not checked.
 */
export function hostCommand(
  resourceName: string,
  host: HostArgs,
  reading: Promise<HostReading>,
  parent: pulumi.Resource,
): remote.Command | local.Command {
  // The host's own inputs carry its dependencies on other resources, and whether they are known yet.
  const inputs = pulumi.unsecret(pulumi.output(host));
  const ifPlanned = (pick: (planned: Planned) => pulumi.Input<string> | undefined | Promise<string | undefined>) =>
    inputs.apply(async () => {
      const read = await reading;
      if (read.kind === "planned") return pick(read);
      return read.kind === "unknown" ? pulumi.unknown : undefined;
    }) as pulumi.Output<string>;
  const asRead: pulumi.ResourceTransform = async ({ props, opts }) => {
    const read = await reading;
    if (read.kind === "held") return { props, opts: { ...opts, ignoreChanges: ["*"] } };
    const deleteBeforeReplace = read.kind === "planned" && read.deleteBeforeReplace;
    return deleteBeforeReplace ? { props, opts: { ...opts, deleteBeforeReplace } } : undefined;
  };
  const props = {
    create: ifPlanned(({ commands }) => commands.create),
    update: ifPlanned(({ commands }) => commands.update),
    delete: ifPlanned(async ({ commands, onDestroy }) => (onDestroy === OnDestroy.Keep ? undefined : commands.delete)),
    stdin: ifPlanned(({ target, document }) => {
      const text = rootStdin(target.become, document.text);
      return target.become?.password === undefined ? text : pulumi.secret(text);
    }),
    addPreviousOutputInEnv: false,
  };
  const opts = { parent, transforms: underMocks() ? [] : [asRead] };
  if (host.local) return new local.Command(resourceName, { ...props, logging: local.Logging.None }, opts);
  const connection = pulumi.secret(
    inputs.apply(async ({ name, address }) => {
      const read = await reading;
      return read.kind === "planned" && read.target.kind === "remote"
        ? commandConnection(read.target)
        : { host: address ?? name };
    }),
  );
  return new remote.Command(resourceName, { ...props, connection, logging: remote.Logging.None }, opts);
}

/** setMocks refuses resources with transforms, and users test their own programs with it. */
function underMocks(): boolean {
  return pulumi.runtime.getMonitor() instanceof MockMonitor;
}
