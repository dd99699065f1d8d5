import * as pulumi from "@pulumi/pulumi";
import { BecomeMethod, SshKeepalive } from "ssh-keepalive";

/** What the other stack tells of a machine. */
interface MachineOutput {
  address: string;
  hostKey: string;
}

const config = new pulumi.Config();
const machines = new pulumi.StackReference(config.require("machinesStack"));
const outputs = machines.requireOutput("machines") as pulumi.Output<Record<string, MachineOutput>>;

function machine(name: string): pulumi.Output<MachineOutput> {
  return outputs.apply((all) => {
    const found = all[name];
    if (found) return found;
    throw new pulumi.RunError(`${name} is not among the machines of ${config.require("machinesStack")}`);
  });
}

const fleet = new SshKeepalive("fleet", {
  // Each host is a resource of its own name, so the names have to be there before any output is: they are configuration.
  // All else about a host may be an output.
  hosts: config.requireObject<string[]>("names").map((name) => ({
    name,
    address: machine(name).address,
    hostKey: machine(name).hostKey,
    user: "deploy",
    become: { method: BecomeMethod.Sudo },
    // Without it your SSH agent logs in.
    privateKey: config.getSecret("privateKey"),
  })),
  server: { clientAliveInterval: 300, clientAliveCountMax: 2 },
});

export const effective = fleet.effective;
