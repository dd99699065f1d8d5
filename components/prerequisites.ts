import * as pulumi from "@pulumi/pulumi";
import { type Resolved, resolve } from "./settings";

/** What the hosts of a component have to wait for before they are read. */
export interface Prerequisites {
  /** Whether all of it is there. In preview a resource that is yet to be created is not. */
  met: boolean;
  /** Whether hosts may have come to be in this very run, so that their sshd may still be starting. */
  some: boolean;
}

/** Waits for the resources of the component's `dependsOn`: a firewall's rule, say, without which no host answers. */
export async function prerequisites(
  component: pulumi.Resource,
  dependsOn: pulumi.ComponentResourceOptions["dependsOn"],
): Promise<Prerequisites> {
  if (!dependsOn) return { met: true, some: false };
  // The engine hears of a component once what it depends on is done.
  await resolve(component.urn);
  const { complete } = await idsOf(dependsOn);
  return { met: complete, some: true };
}

function idsOf(dependsOn: NonNullable<pulumi.ComponentResourceOptions["dependsOn"]>): Promise<Resolved> {
  const ids = pulumi
    .output(dependsOn as pulumi.Input<pulumi.Resource | pulumi.Resource[]>)
    .apply((resources) => [resources].flat().map((resource) => (resource as Partial<pulumi.CustomResource>).id));
  return resolve(ids);
}

/** Whether an input of the host's is another resource's output. */
export async function comesFromResources(host: unknown): Promise<boolean> {
  return (await pulumi.getAllResources(pulumi.output(host))).size > 0;
}
