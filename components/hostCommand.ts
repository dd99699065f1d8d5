import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { commands } from "./apply";
import type { HostReading } from "./hostReading";
import type { HostArgs } from "./settings";
import { commandConnection } from "./target";

type Planned = Extract<HostReading, { kind: "planned" }>;

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
): remote.Command {
  // The host's own inputs carry its dependencies on other resources, and whether they are known yet.
  const inputs = pulumi.unsecret(pulumi.output(host));
  const ifPlanned = <T>(pick: (planned: Planned) => T | Promise<T>) =>
    inputs.apply(async () => {
      const read = await reading;
      return read.kind === "planned" ? pick(read) : undefined;
    }) as pulumi.Output<T>;
  const hold: pulumi.ResourceTransform = async ({ props, opts }) =>
    (await reading).kind === "held" ? { props, opts: { ...opts, ignoreChanges: ["*"] } } : undefined;
  return new remote.Command(
    resourceName,
    {
      connection: pulumi.secret(
        inputs.apply(async ({ name, address }) => {
          const read = await reading;
          return read.kind === "planned" ? commandConnection(read.target) : { host: address ?? name };
        }),
      ),
      create: ifPlanned(async (planned) => (await commands(planned.host)).create),
      delete: ifPlanned(async (planned) => (await commands(planned.host)).delete),
      stdin: ifPlanned((planned) => planned.document.text),
      logging: remote.Logging.None,
      addPreviousOutputInEnv: false,
    },
    { parent, deleteBeforeReplace: true, transforms: underMocks() ? [] : [hold] },
  );
}

/** setMocks refuses resources with transforms, and users test their own programs with it. */
function underMocks(): boolean {
  return pulumi.runtime.getMonitor() instanceof MockMonitor;
}
