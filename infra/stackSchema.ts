import { z } from "zod";
import type { HostArgs, InventoryArgs, SshKeepaliveArgs } from "../components";
import { credentials, fleet, host, line } from "../components/settings/schema";

export const INVENTORY = z.strictObject({
  sshConfig: line("the path of an OpenSSH client configuration"),
  select: z.array(line("a host's name or a pattern")).optional(),
});

/** The keys of the stack's configuration: the component's settings and what only a stack has. */
export const STACK = fleet.extend({
  hosts: z.array(host).optional(),
  inventory: INVENTORY.optional(),
  // A login for every host that has none of its own.
  ...credentials,
});

/** What {@link STACK} checks, with secrets as Pulumi's. */
export interface StackSettings
  extends Omit<SshKeepaliveArgs, "hosts">,
    Partial<Pick<HostArgs, keyof typeof credentials>> {
  hosts?: HostArgs[];
  inventory?: InventoryArgs;
}
