/** Whose config a tree of files is: sshd's, ssh's for the whole host, or alice's own. */
export type Scope = "server" | "client" | "user";

export const HOME = "/home/alice";

export const SCOPES: Record<Scope, { main: string; base: string; dropIns: string }> = {
  server: { main: "/etc/ssh/sshd_config", base: "/etc/ssh/", dropIns: "sshd_config.d" },
  client: { main: "/etc/ssh/ssh_config", base: "/etc/ssh/", dropIns: "ssh_config.d" },
  user: { main: `${HOME}/.ssh/config`, base: `${HOME}/.ssh/`, dropIns: "config.d" },
};
