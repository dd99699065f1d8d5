/** How a host is broken, what up says of it, and how it is mended. */
export interface Way {
  what: string;
  broken: string;
  said: RegExp;
  mended: string;
}

const KEPT = "/var/lib/ssh-keepalive";
const RELOAD_MENDED = "rm /run/systemd/system/ssh.service.d/x.conf && systemctl daemon-reload";

const reloadBy = (command: string) =>
  "mkdir -p /run/systemd/system/ssh.service.d && " +
  `printf '[Service]\\nExecReload=\\nExecReload=${command}\\n' >/run/systemd/system/ssh.service.d/x.conf && ` +
  "systemctl daemon-reload";

export const WAYS: Way[] = [
  {
    what: "its disk is full",
    broken: `mkdir -p ${KEPT} && mount -t tmpfs -o size=8k none ${KEPT} && head -c 4096 /dev/zero >${KEPT}/filling`,
    said: /nothing was changed, as it could not be undone by itself: .*No space left/,
    mended: `rm ${KEPT}/filling && mount -o remount,size=1m ${KEPT}`,
  },
  {
    what: "it has no inodes left",
    broken: `mkdir -p ${KEPT} && mount -t tmpfs -o nr_inodes=2 none ${KEPT}`,
    said: /nothing was changed, as it could not be undone by itself: .*No space left.*journal can't be written/,
    mended: `umount ${KEPT}`,
  },
  {
    what: "its configuration is on a read-only file system",
    broken: "mount --bind /etc/ssh /etc/ssh && mount -o remount,bind,ro /etc/ssh",
    said: /can't be changed: it or its folder is read-only or immutable/,
    mended: "umount /etc/ssh",
  },
  {
    what: "the disk of the journal is read-only",
    broken: `mkdir -p ${KEPT} && mount -t tmpfs -o ro none ${KEPT}`,
    said: /journal\.lock can't be had: .*Read-only file system/,
    mended: `umount ${KEPT}`,
  },
  {
    what: "its reload fails",
    broken: reloadBy("/bin/false"),
    said: /sshd did not reload: Job for ssh\.service failed/,
    mended: RELOAD_MENDED,
  },
  {
    what: "its sshd ends at the reload",
    broken: reloadBy("/bin/kill -TERM $MAINPID"),
    said: /sshd did not reload: it did not come back within 10 s/,
    mended: RELOAD_MENDED,
  },
  {
    what: "somebody else is at work there",
    broken:
      `mkdir -p ${KEPT} && { setsid sleep 300 >/dev/null 2>&1 & } && pid=$! && sleep 0.2 && ` +
      `ln -s "$pid,$(cut -d ' ' -f 22 /proc/$pid/stat),$(cat /proc/sys/kernel/random/boot_id)" ${KEPT}/journal.lock`,
    said: /another run is at work here or waits for its confirmation \(process \d+\)/,
    mended: `kill "$(readlink ${KEPT}/journal.lock | cut -d , -f 1)"`,
  },
  {
    what: "a later release wrote its journal",
    broken: `mkdir -p ${KEPT} && echo ssh-keepalive-journal 2 >${KEPT}/journal`,
    said: /journal was written by a later release of ssh-keepalive/,
    mended: `rm ${KEPT}/journal`,
  },
  {
    what: "sshd rejects what an administrator wrote",
    broken: "echo Bogus yes >>/etc/ssh/sshd_config",
    said: /sshd -T rejects \/etc\/ssh\/sshd_config as it stands: .*Bad configuration option: Bogus/,
    mended: "sed -i '/^Bogus yes$/d' /etc/ssh/sshd_config",
  },
  {
    what: "nobody would get in by what an administrator wrote and sshd has not read",
    broken: "sed -i '1i AllowUsers nobody' /etc/ssh/sshd_config",
    said: /was changed and sshd has not read it since; with it a login does not get in/,
    mended: "sed -i '/^AllowUsers nobody$/d' /etc/ssh/sshd_config",
  },
];

/** Oddities that keep no host from being done. */
export const HARMLESS: Omit<Way, "said" | "mended">[] = [
  { what: "its journal is damaged", broken: `mkdir -p ${KEPT} && head -c 500 /dev/urandom >${KEPT}/journal` },
  { what: "the clock was set back after a file was written", broken: "touch -d '2 days' /etc/ssh/sshd_config" },
];
