/** How root's rights are had on a host once logged in. */
export enum BecomeMethod {
  /** The login user's own rights; right for `root`. */
  None = "none",
  /** By sudo, with `become.password` where sudo asks this user for one. */
  Sudo = "sudo",
  /** By doas (OpenDoas), with `become.password` where doas asks this user for one. */
  Doas = "doas",
}

/** What becomes of a host's settings when the host leaves the stack or the stack is destroyed. */
export enum OnDestroy {
  /** Our lines are taken out; every byte of others stays. */
  Restore = "restore",
  /** The host stays as it is, our lines included; nothing dials it. */
  Keep = "keep",
}

/** What an `up` makes of a host that does not answer. */
export enum OnUnreachable {
  /** The other hosts are finished first; then the run fails and names this one. */
  Fail = "fail",
  /** The host is reported and left as it is; the run goes on and succeeds. */
  Skip = "skip",
}

/** Who wins where a `Host` or `Match` section of others sets the same for some. */
export enum Precedence {
  /** The section of others wins for those whom it is for, and is reported with file and line. */
  Yield = "yield",
  /** Ours wins for everybody. */
  Enforce = "enforce",
}

/** How a changed file of sshd's comes into force. */
export enum Activation {
  /** sshd reads its files anew and keeps its process; open sessions stay. */
  Reload = "reload",
  /** sshd is started anew; open sessions stay, as each has a process of its own. */
  Restart = "restart",
  /** sshd is told nothing: the values come into force whenever somebody else reloads it. */
  None = "none",
}

/** In which file our lines for sshd and for the system-wide ssh stand. */
export enum Placement {
  /** For sshd a drop-in, where its main file includes a folder of such and ours is read first there; else the main file. */
  Auto = "auto",
  /** A drop-in of our own; a host whose main file includes no folder of such is refused. */
  DropIn = "dropIn",
  /** The main file. */
  Inline = "inline",
}
