import { USER_PARTS } from "./badUsers";

/** What entries of bad hosts in the settings can name. */
export interface Given {
  /** Where the controller has files of these names. */
  file: Record<"gone" | "encrypted" | "public" | "notAKey" | "wrongPassword", string>;
  /** The host keys of another machine. */
  otherKeys: { ed25519: string; rsa: string };
}

/** What is wrong with a host, and what is said of it. */
export interface BadHost {
  title: string;
  /** A shell command that breaks it, as root. */
  breakIt?: string;
  /** What its entry in the settings has besides. */
  access?: (given: Given) => object;
  /** Why it is left alone; `…` is anything. A host without is configured all the same. */
  says?: string;
  /** What its administrator is told besides. */
  tells?: string;
  /** How often preview and up together log in to it, if it is left alone. Default: 2. */
  logins?: number;
}

const SSHD = "/etc/ssh/sshd_config";
const SSH = "/etc/ssh/ssh_config";
const sudoers = (...rules: string[]) =>
  `printf '%s\\n' ${rules.map((rule) => `'${rule}'`).join(" ")} >/etc/sudoers.d/deploy`;
const sudoAsks = sudoers("deploy ALL=(ALL) ALL");
/** As chattr +i does, which not every host has. */
const SET_IMMUTABLE = "perl -e 'open my $file, shift; my $flags = pack q(l), 0x10; ioctl $file, 0x40086602, $flags'";
/** An sshd that has no /run/sshd lets nobody in, so it is hidden only from the one that is asked what is in force. */
const ELSEWHERE = `#!/bin/sh
exec unshare --mount sh -c 'mount -t tmpfs none /run && exec /usr/sbin/sshd "$@"' sshd "$@"
`;
/** What OpenSSH 5.0p1 answered to all but the options that it knows. */
const OLD_SSHD = `#!/bin/sh
printf 'sshd: illegal option -- %s\\n' "\${1#-}" >&2
echo 'OpenSSH_5.0p1, OpenSSL 0.9.8g 19 Oct 2007' >&2
echo 'usage: sshd [-46Ddeiqt] [-b bits] [-f config_file] [-g login_grace_time]' >&2
exit 1
`;

const OTHER_SSHD = "/usr/local/sbin/sshd";
const installs = (script: string) => `cat >${OTHER_SSHD} <<'END'\n${script}END\nchmod 755 ${OTHER_SSHD}`;

const KEYS: BadHost[] = [
  {
    title: "whose private key does not exist",
    access: ({ file }) => ({ privateKeyFile: file.gone }),
    says: "its privateKeyFile … does not exist on this machine; give the path of a file that does",
  },
  {
    title: "whose private key is encrypted, without a passphrase",
    access: ({ file }) => ({ privateKeyFile: file.encrypted }),
    says: "its privateKeyFile … is encrypted; give its passphrase in privateKeyPassword, or use an SSH agent",
  },
  {
    title: "whose private key is no key",
    access: ({ file }) => ({ privateKeyFile: file.notAKey }),
    says: "its privateKeyFile … is not a private key that can be used (…); give one in OpenSSH or PEM form",
  },
  {
    title: "whose private key is a public one",
    access: ({ file }) => ({ privateKeyFile: file.public }),
    says: "its privateKeyFile … is a public key; give the private one, which is in the file without .pub",
  },
  {
    title: "whose host key is an RSA key",
    access: ({ otherKeys }) => ({ hostKey: otherKeys.rsa }),
    says: 'its hostKey is of type "ssh-rsa"; give an ssh-ed25519 or ecdsa key (ssh-keyscan -t ed25519 prints it)',
  },
  {
    title: "of which known_hosts has only an RSA key",
    access: () => ({ hostKey: undefined }),
    says: "… has only an RSA key for …, which can't be checked here: check its fingerprint",
  },
  {
    title: "that has another host key than expected",
    access: ({ otherKeys }) => ({ hostKey: otherKeys.ed25519 }),
    says: "…:22 has another host key than the expected ssh-ed25519 …; if the machine was replaced on purpose, give its new",
  },
];

const USERS: BadHost[] = [
  {
    title: "whose sudo wants a password that is not given",
    breakIt: sudoAsks,
    says: "sudo asks deploy for a password: give it in become.password, or allow deploy sudo with NOPASSWD",
  },
  {
    title: "whose sudo does not take the password",
    breakIt: sudoAsks,
    access: ({ file }) => ({ become: { method: "sudo", passwordFile: file.wrongPassword } }),
    says: "sudo does not take become.password for deploy; it was tried once: give the right one",
  },
  {
    title: "that has no sudo",
    breakIt: "mv /usr/bin/sudo /usr/bin/sudo.gone",
    says: "it has no sudo: install it, or log in as root with become.method none",
  },
  {
    title: "whose sudo wants a terminal",
    breakIt: sudoers("Defaults requiretty", "deploy ALL=(ALL) NOPASSWD: ALL"),
    says: 'its sudo has requiretty and there is no terminal here: add "Defaults:deploy !requiretty" to its sudoers',
  },
  {
    title: "whose login user is not root and does not become it",
    access: () => ({ become: { method: "none" } }),
    says: "sshd -T can't read the host keys, as the login user is not root there; log in as root, or give become",
  },
  {
    title: "whose login shell is csh",
    breakIt: "usermod -s /usr/bin/tcsh deploy",
    says: "deploy's login shell there is /usr/bin/tcsh; log in as a user with sh, bash, zsh, ksh or fish",
  },
  {
    title: "whose login shell runs nothing",
    breakIt: "usermod -s /usr/sbin/nologin deploy",
    says: "This account is currently not available",
  },
  {
    title: "whose login shell says hello before any command",
    breakIt: "echo 'echo hello' >/home/deploy/.bashrc",
    says: 'it starts with "hello"; the login shell\'s start-up files must print nothing when a command is run',
  },
  { title: "whose login shell is fish", breakIt: "usermod -s /usr/bin/fish deploy" },
  {
    title: "whose sshd has a banner",
    breakIt: `echo 'Trespassers will be shot.' >/etc/issue.net; sed -i '1i Banner /etc/issue.net' ${SSHD}; systemctl reload ssh`,
  },
];

const CONFIGS: BadHost[] = [
  {
    title: "whose sshd_config sshd rejects already",
    breakIt: `echo Bogus yes >>${SSHD}`,
    says: `sshd -T rejects ${SSHD} as it stands: ${SSHD}: line …: Bad configuration option: Bogus; mend that first`,
  },
  {
    title: "whose ssh_config ssh rejects already",
    breakIt: `echo Bogus yes >>${SSH}`,
    says: `ssh -G rejects ${SSH} as it stands: ${SSH}: line …: Bad configuration option: bogus; mend that first`,
  },
  {
    title: "whose sshd_config is missing",
    breakIt: `rm ${SSHD}`,
    says: `${SSHD} does not exist; the server role needs that file. Mend it, or name another in paths`,
  },
  {
    title: "whose ssh_config is missing",
    breakIt: `rm ${SSH}`,
    says: `${SSH} does not exist; the client role needs that file. Mend it, or name another in paths`,
  },
  {
    title: "whose sshd_config has 5 MB",
    breakIt: `head -c 5000000 /dev/zero | tr '\\000' '#' >>${SSHD}`,
    says: `${SSHD} is larger than 1048576 bytes; the server role needs that file`,
  },
  {
    title: "whose sshd_config is a directory",
    breakIt: `rm ${SSHD}; mkdir ${SSHD}`,
    says: `${SSHD} is a directory; the server role needs that file`,
  },
  {
    title: "whose sshd_config is a link to nothing",
    breakIt: `ln -sf /nothing ${SSHD}`,
    says: `${SSHD} is a link to nothing; the server role needs that file`,
  },
  {
    title: "whose /etc/ssh is read-only",
    breakIt: "mount --bind /etc/ssh /etc/ssh; mount -o remount,bind,ro /etc/ssh",
    says: `${SSHD} can't be changed: it or its folder is read-only or immutable (findmnt -T and lsattr -d show that)`,
  },
  {
    title: "whose ssh_config is immutable",
    breakIt: `${SET_IMMUTABLE} ${SSH}; ! touch ${SSH}`,
    says: `${SSH} can't be changed: it or its folder is read-only or immutable (findmnt -T and lsattr -d show that)`,
  },
  {
    title: "whose Match all overrides everybody",
    breakIt: `printf 'Match all\\n  ClientAliveInterval 7\\n' >>${SSHD}`,
  },
  { title: "whose configs are empty", breakIt: `: >${SSHD}; : >${SSH}; systemctl reload ssh` },
  {
    title: "whose configs are not UTF-8",
    breakIt: `for file in ${SSHD} ${SSH}; do printf '# \\344\\366\\374 \\377 without a last newline' >>$file; done`,
  },
  {
    title: "whose ssh_config is another tool's",
    breakIt: `sed -i '1i # Ansible managed: do not edit' ${SSH}`,
    tells: `warning: ${SSH}:1 says "Ansible managed: do not edit": that tool will write over our lines and the two will fight`,
  },
];

const PROGRAMS: BadHost[] = [
  {
    title: "that has no sshd",
    breakIt: "mv /usr/sbin/sshd /usr/sbin/sshd.gone",
    says: "it has no sshd on root's PATH; install OpenSSH, or name the right program in paths",
  },
  {
    title: "that has no ssh",
    breakIt: "mv /usr/bin/ssh /usr/bin/ssh.gone",
    says: "it has no ssh on root's PATH; install OpenSSH, or name the right program in paths",
  },
  {
    title: "whose sshd is too old to say what is in force",
    breakIt: installs(OLD_SSHD),
    access: () => ({ paths: { sshd: OTHER_SSHD } }),
    says: "its OpenSSH_5.0p1 does not know sshd -T, so what is in force can't be checked; OpenSSH 5.1 or newer is needed",
  },
  {
    title: "whose /run/sshd is missing",
    breakIt: installs(ELSEWHERE),
    access: () => ({ paths: { sshd: OTHER_SSHD } }),
    says: "sshd -T needs /run/sshd, which does not exist there; start ssh.service (sshd.service), which makes it, or run",
  },
  {
    title: "whose journal is a directory",
    breakIt: "mkdir -p /var/lib/ssh-keepalive/journal",
    says: "/var/lib/ssh-keepalive/journal, where this host keeps what was changed, is a directory; move it away",
  },
];

/** Those of a group are broken at once. */
export const BAD_HOSTS: Record<string, BadHost[]> = {
  "by its keys or its programs": [...KEYS.map((bad) => ({ ...bad, logins: 0 })), ...PROGRAMS],
  "by its login user": USERS,
  "by its configs": CONFIGS,
  "by what is a user's": USER_PARTS,
};
