import * as pulumi from "@pulumi/pulumi";
import { BecomeMethod, SshKeepalive } from "ssh-keepalive";

const config = new pulumi.Config();
const addresses = config.requireObject<Record<string, string>>("addresses");
/** Without it your SSH agent logs in. */
const privateKey = config.getSecret("privateKey");

const bastion = { address: addresses.bastion as string, user: "root", privateKey };

const fleet = new SshKeepalive("fleet", {
  hosts: [
    // Reached directly, as root.
    { name: "bastion", ...bastion, become: { method: BecomeMethod.None } },
    // Reached through the bastion, as a user with sudo. Its sessions idle behind a NAT that forgets them early.
    {
      name: "web-1",
      address: addresses["web-1"],
      user: "deploy",
      privateKey,
      proxy: bastion,
      server: { clientAliveInterval: 60 },
    },
    // Nobody logs in anywhere from a database: its ssh is left as it is.
    { name: "db-1", address: addresses["db-1"], user: "deploy", privateKey, client: { enabled: false } },
    // The machine that runs this program; what its sshd does is not this program's concern.
    { name: "workstation", local: true, become: { method: BecomeMethod.None }, server: { enabled: false } },
  ],
  become: { method: BecomeMethod.Sudo },
  server: { clientAliveInterval: 300, clientAliveCountMax: 2 },
  client: { serverAliveInterval: 300, serverAliveCountMax: 2 },
  // Default: ~/.ssh/known_hosts.
  knownHosts: config.get("knownHosts"),
});

export const effective = fleet.effective;
