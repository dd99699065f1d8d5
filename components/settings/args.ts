import type * as pulumi from "@pulumi/pulumi";

/** How root's rights are had on a host once logged in. */
export enum BecomeMethod {
  /** The login user's own rights; right for `root`. */
  None = "none",
  /** `sudo -n`, so sudo must not ask this user for a password. */
  Sudo = "sudo",
}

/** What an `up` makes of a host that does not answer. */
export enum OnUnreachable {
  /** The other hosts are finished first; then the run fails and names this one. */
  Fail = "fail",
  /** The host is reported and left as it is; the run goes on and succeeds. */
  Skip = "skip",
}

/**
 * Keepalive of the server: what sshd asks of its clients.
 *
 * Example: `{ clientAliveInterval: 300, clientAliveCountMax: 2 }` ends a dead session after 10 to 15 minutes.
 */
export interface ServerArgs {
  /**
   * Seconds without data after which sshd asks the client for an answer. 0 turns the messages off.
   * A whole number from 0 to 2147483647; left alone where absent. Source: `ClientAliveInterval` in sshd_config(5).
   */
  clientAliveInterval?: pulumi.Input<number>;
  /**
   * Unanswered messages after which sshd ends the session; with 0 it never does (OpenSSH 8.2 and later).
   * A whole number from 0 to 2147483647; left alone where absent. Source: `ClientAliveCountMax` in sshd_config(5).
   */
  clientAliveCountMax?: pulumi.Input<number>;
  /** `false` switches the role off: where it was ours it is undone. Default: `true`. */
  enabled?: pulumi.Input<boolean>;
}

/**
 * Keepalive of the client, for every user of the host.
 *
 * Example: `{ serverAliveInterval: 300, serverAliveCountMax: 2 }`.
 */
export interface ClientArgs {
  /**
   * Seconds without data after which ssh asks the server for an answer. 0 turns the messages off.
   * A whole number from 0 to 2147483647; left alone where absent. Source: `ServerAliveInterval` in ssh_config(5).
   */
  serverAliveInterval?: pulumi.Input<number>;
  /**
   * Unanswered messages after which ssh gives up; with 0 it gives up at the first idle interval.
   * A whole number from 0 to 2147483647; left alone where absent. Source: `ServerAliveCountMax` in ssh_config(5).
   */
  serverAliveCountMax?: pulumi.Input<number>;
  /** `false` switches the role off: where it was ours it is undone. Default: `true`. */
  enabled?: pulumi.Input<boolean>;
}

/** How to get root's rights on a host. */
export interface BecomeArgs {
  /** Default: `BecomeMethod.None`. */
  method: BecomeMethod;
}

/** Where things are on a host that does not have them in the usual places. All are absolute paths. */
export interface PathsArgs {
  /** Default: `/etc/ssh/sshd_config`. */
  sshdConfig?: string;
  /** Default: `/etc/ssh/ssh_config`. */
  sshConfig?: string;
  /** Default: `sshd` on root's PATH, or `/usr/sbin/sshd`. */
  sshd?: string;
  /** Default: `ssh` on root's PATH. */
  ssh?: string;
  /** The file in which the host keeps what was changed. Default: `/var/lib/ssh-keepalive/journal`. */
  journal?: string;
}

/** A machine whose keepalive settings are managed. */
export interface HostArgs {
  /** The host's name in this stack, unique in it: letters, digits, `.`, `_` and `-`. Example: `web-1`. */
  name: string;
  /** Host name or IP address to connect to. Default: `name`. */
  address?: pulumi.Input<string>;
  /** Default: 22. */
  port?: pulumi.Input<number>;
  /** Login user. Default: `root`. */
  user?: pulumi.Input<string>;
  /** Private key, its content in OpenSSH or PEM form. Pass it as a secret. */
  privateKey?: pulumi.Input<string>;
  /** Passphrase of `privateKey`. Pass it as a secret. */
  privateKeyPassword?: pulumi.Input<string>;
  /** Login password. Pass it as a secret. */
  password?: pulumi.Input<string>;
  /** Socket of an SSH agent. Default: the environment's `SSH_AUTH_SOCK`, where the host has no key and no password. */
  agentSocketPath?: pulumi.Input<string>;
  /**
   * The host's public key, `ssh-ed25519 AAAA…` or an ecdsa one. Default: what the known_hosts file says.
   * A host whose key is known from neither is not dialled.
   */
  hostKey?: pulumi.Input<string>;
  /** Default: no change of user. */
  become?: BecomeArgs;
  /** Only for hosts that keep things in unusual places. */
  paths?: PathsArgs;
  /** Merged over the fleet's `server`, setting by setting. */
  server?: ServerArgs;
  /** Merged over the fleet's `client`, setting by setting. */
  client?: ClientArgs;
}

/** Desired keepalive settings and the hosts that are to have them. */
export interface SshKeepaliveArgs {
  /** A plain array: each host becomes a child resource named `<component>-<host>`. */
  hosts: HostArgs[];
  /** For sshd on every host. A host where this was ours before and is absent now gets its own settings back. */
  server?: ServerArgs;
  /** For ssh on every host. A host where this was ours before and is absent now gets its own settings back. */
  client?: ClientArgs;
  /** Default: `OnUnreachable.Fail`. */
  onUnreachable?: OnUnreachable;
  /** `true` takes over hosts that another stack manages; without it they are refused. Default: `false`. */
  takeOver?: boolean;
  /** known_hosts file for hosts without a `hostKey`. Default: `~/.ssh/known_hosts`. */
  knownHosts?: string;
  /** How many hosts are read at once. Default: 32. */
  parallel?: number;
  /** Seconds that a host has to answer the connection and finish the login. Default: 10. */
  connectTimeout?: number;
}
