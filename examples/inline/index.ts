import * as pulumi from "@pulumi/pulumi";
import { BecomeMethod, SshKeepalive } from "ssh-keepalive";

const config = new pulumi.Config();

const fleet = new SshKeepalive("fleet", {
  hosts: [
    {
      name: "web-1",
      address: config.require("address"),
      user: "deploy",
      become: { method: BecomeMethod.Sudo },
      // Without these your SSH agent logs in, and your known_hosts file says which key is the host's.
      privateKey: config.getSecret("privateKey"),
      hostKey: config.get("hostKey"),
    },
  ],
  server: { clientAliveInterval: 300, clientAliveCountMax: 2 },
  client: { serverAliveInterval: 300, serverAliveCountMax: 2 },
});

export const effective = fleet.effective;
