import type { Observation, PresentFile } from "../../../components/observe";

export function presentFile(path: string, content: string): PresentFile {
  return { state: "present", path, realPath: path, mode: "644", owner: "0", group: "0", changed: "1", content };
}

/** What is read of a host that has an sshd and a ssh, and no files but those that are given. */
export function observedHost(over: Partial<Observation>): Observation {
  return {
    uid: 0,
    user: "root",
    shell: "/bin/sh",
    machine: "m",
    boot: "b",
    main: {
      server: { path: "/etc/ssh/sshd_config", vendor: false },
      client: { path: "/etc/ssh/ssh_config", vendor: false },
    },
    files: {},
    includes: {},
    folders: [],
    programs: {
      sshd: { path: "/usr/sbin/sshd", version: "OpenSSH_9.2p1" },
      ssh: { path: "/usr/bin/ssh", version: "OpenSSH_9.2p1" },
    },
    service: { kind: "systemd", name: "ssh.service" },
    unread: [],
    effective: {},
    users: {},
    ...over,
  };
}
