import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { BecomeMethod, SshKeepalive } from "ssh-keepalive";

const config = new pulumi.Config();

// These two stand for a cloud's server and firewall rule. The first prints {"address": …, "hostKey": …}: a cloud tells both,
// the key by the server's console output.
const server = new local.Command("server", {
  create: config.require("createServer"),
  delete: config.get("deleteServer"),
});
const allowSsh = new local.Command(
  "allow-ssh",
  { create: config.require("allowSsh"), delete: config.get("denySsh") },
  { dependsOn: server },
);

const told = server.stdout.apply((json): { address: string; hostKey: string } => JSON.parse(json));

const fleet = new SshKeepalive(
  "fleet",
  {
    hosts: [
      {
        name: "web-1",
        address: told.address,
        hostKey: told.hostKey,
        user: "deploy",
        become: { method: BecomeMethod.Sudo },
        // Without it your SSH agent logs in.
        privateKey: config.getSecret("privateKey"),
      },
    ],
    server: { clientAliveInterval: 300, clientAliveCountMax: 2 },
    // A new server takes a while until its sshd answers.
    bootTimeout: 180,
  },
  // No output of the rule is used above, so this is what makes the login wait for it.
  { dependsOn: allowSsh },
);

export const effective = fleet.effective;
