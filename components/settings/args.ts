import type * as pulumi from "@pulumi/pulumi";
import type { Activation, BecomeMethod, OnDestroy, OnUnreachable, Placement, Precedence } from "./enums";

/**
 * Keepalive of the server: what sshd asks of its clients.
 *
 * Example: `{ clientAliveInterval: 300, clientAliveCountMax: 2 }` ends a dead session after 10 to 15 minutes; OpenSSH 9.2's sshd takes twice that.
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
  /**
   * The hosts that it is for, as on a `Host` line of ssh_config(5), negations included: `["*.example", "!old.example"]`.
   * Default: `["*"]`.
   */
  hostPatterns?: pulumi.Input<string[]>;
  /** `false` switches the role off: where it was ours it is undone. Default: `true`. */
  enabled?: pulumi.Input<boolean>;
}

/**
 * Keepalive of the client for one user, in that user's `~/.ssh/config`, which is read and written with that user's rights
 * and created where it does not exist.
 *
 * Example: `{ serverAliveInterval: 60, hostPatterns: ["*.example"] }`.
 */
export interface UserClientArgs {
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
  /**
   * The hosts that it is for, as on a `Host` line of ssh_config(5), negations included: `["*.example", "!old.example"]`.
   * Default: `["*"]`.
   */
  hostPatterns?: pulumi.Input<string[]>;
  /** `false` switches it off for this user: where it was ours it is undone. Default: `true`. */
  enabled?: pulumi.Input<boolean>;
}

/**
 * Keepalive of PuTTY: the saved sessions of a user, in `~/.putty/sessions` or, on Windows, in the registry.
 *
 * Example: `{ secondsBetweenKeepalives: 300, sessions: ["*"], users: ["alice"] }`.
 */
export interface PuttyArgs {
  /**
   * Seconds between null packets that keep a session active; 0 turns them off. A whole number from 0 to 2147483647; left
   * alone where absent. PuTTY keeps it as minutes (`PingInterval`) and the seconds over (`PingIntervalSecs`).
   * Source: "Seconds between keepalives" of PuTTY's Connection panel.
   */
  secondsBetweenKeepalives?: pulumi.Input<number>;
  /**
   * Saved sessions by their names as PuTTY shows them, or patterns with `*` and `?`. `Default Settings` is what new ones
   * start from, and is made where it is named and does not exist. Default: `["*"]`, all that are saved.
   */
  sessions?: pulumi.Input<string[]>;
  /** Whose sessions. On Windows only the login user's can be reached. Default: the login user. */
  users?: pulumi.Input<string[]>;
  /** `false` switches the role off: where it was ours it is undone. Default: `true`. */
  enabled?: pulumi.Input<boolean>;
}

/** How to get root's rights on a host. */
export interface BecomeArgs {
  /** By what. Without any `become` it is `BecomeMethod.None`. */
  method: BecomeMethod;
  /** The login user's password, where sudo or doas asks for it. Pass it as a secret. Default: none, so that being asked is an error. */
  password?: pulumi.Input<string>;
  /** File on the controller that holds the password on its first line. Not beside `password`. */
  passwordFile?: string;
}

/** One host on the way to another, as in OpenSSH's ProxyJump. */
export interface ProxyArgs {
  /** Host name or IP address. */
  address: pulumi.Input<string>;
  /** TCP port of its sshd. Default: 22. */
  port?: pulumi.Input<number>;
  /** Login user. Default: the host's. */
  user?: pulumi.Input<string>;
  /** Private key, its content. Pass it as a secret. Default: the host's login, where the proxy has none of its own. */
  privateKey?: pulumi.Input<string>;
  /** File on the controller that holds the private key. Not beside `privateKey`. */
  privateKeyFile?: string;
  /** Passphrase of the private key. Pass it as a secret. */
  privateKeyPassword?: pulumi.Input<string>;
  /** Login password. Pass it as a secret. */
  password?: pulumi.Input<string>;
  /** File on the controller that holds the login password on its first line. Not beside `password`. */
  passwordFile?: string;
  /** Socket of an SSH agent. */
  agentSocketPath?: pulumi.Input<string>;
  /** The proxy's own public key. Default: what the known_hosts file says. */
  hostKey?: pulumi.Input<string>;
}

/** Where things are on a host that does not have them in the usual places. All are absolute paths. */
export interface PathsArgs {
  /** The main file of sshd. Default: `/etc/ssh/sshd_config`. */
  sshdConfig?: string;
  /** The system-wide file of ssh. Default: `/etc/ssh/ssh_config`. */
  sshConfig?: string;
  /** The server's program. Default: `sshd` on root's PATH, or `/usr/sbin/sshd`. */
  sshd?: string;
  /** The client's program. Default: `ssh` on root's PATH. */
  ssh?: string;
  /** The file in which the host keeps what was changed. Default: `/var/lib/ssh-keepalive/journal`. */
  journal?: string;
}

/** A machine whose keepalive settings are managed. */
export interface HostArgs {
  /** The host's name in this stack, unique in it: letters, digits, `.`, `_` and `-`. Example: `web-1`. */
  name: string;
  /**
   * `true` for the machine that runs the program: nothing is dialled, commands run there as the user who runs Pulumi.
   * Takes no address and no login. Default: `false`.
   */
  local?: boolean;
  /**
   * The machine that a local host is, as `/etc/machine-id` there says. A run on another machine leaves the host as it is and
   * fails for it. Default: whichever machine runs the program.
   */
  machineId?: string;
  /** Host name or IP address to connect to. Default: `name`. */
  address?: pulumi.Input<string>;
  /** TCP port of its sshd. Default: 22. */
  port?: pulumi.Input<number>;
  /** Login user. Default: `root`. */
  user?: pulumi.Input<string>;
  /** Private key, its content in OpenSSH or PEM form. Pass it as a secret. */
  privateKey?: pulumi.Input<string>;
  /** File on the controller that holds the private key; `~/` is the home directory. Not beside `privateKey`. */
  privateKeyFile?: string;
  /** Passphrase of the private key. Pass it as a secret. */
  privateKeyPassword?: pulumi.Input<string>;
  /** Login password. Pass it as a secret. */
  password?: pulumi.Input<string>;
  /** File on the controller that holds the login password on its first line. Not beside `password`. */
  passwordFile?: string;
  /** Socket of an SSH agent. Default: the environment's `SSH_AUTH_SOCK`, where the host has no key and no password. */
  agentSocketPath?: pulumi.Input<string>;
  /**
   * The host's public key, `ssh-ed25519 AAAA…` or an ecdsa one. Default: what the known_hosts file says.
   * A host whose key is known from neither is not dialled.
   */
  hostKey?: pulumi.Input<string>;
  /** One host on the way to this one. Default: none. More hops, ProxyCommand and certificates are not supported. */
  proxy?: ProxyArgs;
  /** How root's rights are had on this host. Default: the fleet's `become`. */
  become?: BecomeArgs;
  /** Only for hosts that keep things in unusual places. */
  paths?: PathsArgs;
  /**
   * A command line for `/bin/sh` by which root tells sshd on this host to read its files anew, where what is found of itself
   * (systemd, OpenRC, runit, sysvinit, a pid file) is not right. Example: `/usr/local/bin/sv-sshd reload`. Default: none.
   */
  reloadCommand?: string;
  /** Merged over the fleet's `server`, setting by setting. */
  server?: ServerArgs;
  /** Merged over the fleet's `client`, setting by setting. */
  client?: ClientArgs;
  /** Merged over the fleet's `userClients`, user by user and setting by setting. */
  userClients?: Record<string, UserClientArgs>;
  /** Merged over the fleet's `putty`, setting by setting. */
  putty?: PuttyArgs;
}

/** Desired keepalive settings and the hosts that are to have them. */
export interface SshKeepaliveArgs {
  /** A plain array: each host becomes a child resource named `<component>-<host>`. */
  hosts: HostArgs[];
  /** For sshd on every host. A host where this was ours before and is absent now gets its own settings back. */
  server?: ServerArgs;
  /** For ssh on every host. A host where this was ours before and is absent now gets its own settings back. */
  client?: ClientArgs;
  /** By user name: for ssh as these users run it. Who was here before and is absent now gets the own settings back. */
  userClients?: Record<string, UserClientArgs>;
  /** For PuTTY on every host. A host where this was ours before and is absent now gets its own settings back. */
  putty?: PuttyArgs;
  /** Who wins where a `Host` or `Match` section of others sets the same. Default: `Precedence.Yield`. */
  precedence?: Precedence;
  /** In which file our lines for sshd and for the system-wide ssh stand. Default: `Placement.Auto`. */
  placement?: Placement;
  /** How a changed file of sshd's comes into force. Default: `Activation.Reload`. */
  activation?: Activation;
  /**
   * Seconds within which a fresh login has to confirm that a host still lets one in once its sshd was told; without it the
   * host goes back by itself to what it had. From 5 to 3600. Default: 60.
   */
  confirmTimeout?: number;
  /**
   * Seconds of silence after which a NAT or firewall on the way forgets a connection. It changes nothing; an interval that
   * is not below it is warned of. Default: not known.
   */
  idleTimeout?: number;
  /** How root's rights are had on hosts that name no `become` of their own. Default: no change of user. */
  become?: BecomeArgs;
  /**
   * Names of the hosts to act on in this run, or patterns as in ssh_config(5): `["web-*", "!web-3"]`. The others stay as
   * they are, in the state too. Default: all.
   */
  select?: string[];
  /** What an `up` makes of a host that does not answer. Default: `OnUnreachable.Fail`. */
  onUnreachable?: OnUnreachable;
  /** What becomes of a host that leaves the stack, or of all in a destroy. Default: `OnDestroy.Restore`. */
  onDestroy?: OnDestroy;
  /**
   * Who manages the hosts, as their journals name it. Set it to the old `project/stack` after a stack was renamed.
   * Default: `project/stack`.
   */
  owner?: string;
  /** `true` takes over hosts that another stack manages; without it they are refused. Default: `false`. */
  takeOver?: boolean;
  /** known_hosts file for hosts without a `hostKey`. Default: `~/.ssh/known_hosts`. */
  knownHosts?: string;
  /**
   * `true` accepts the key of a host that the known_hosts file does not know and adds it there, as
   * `StrictHostKeyChecking accept-new` of ssh does. In a
   * preview, too. A key that differs from a known one is still refused. Default: `false`.
   */
  trustOnFirstUse?: boolean;
  /** How many hosts are read at once. Default: 32. */
  parallel?: number;
  /** Seconds that a host has to answer the connection and finish the login. Default: 10. */
  connectTimeout?: number;
  /**
   * Seconds that `up` waits for the sshd of a host whose inputs come from other resources, or that waits for resources
   * by `dependsOn`: it may have been created a moment ago. Default: 120.
   */
  bootTimeout?: number;
}
