import type { BadHost } from "./badHosts";

const SSH = "/etc/ssh/ssh_config";
const HOME = "/home/alice";
const CONFIG = `${HOME}/.ssh/config`;
/** Runs a command in alice's home once she is there, as she. */
const alice = (command: string) => `useradd --create-home alice && runuser -u alice -- sh -c '${command}'`;
const saves = (...keys: string[]) =>
  alice(
    `cd ~alice; mkdir -p .putty/sessions; for key in ${keys.join(" ")}; do echo HostName=$key.example >.putty/sessions/$key; done`,
  );

const hasClient = (over: object = {}) => ({ userClients: { alice: { serverAliveInterval: 60, ...over } } });
const hasSession = (name: string) => ({ putty: { secondsBetweenKeepalives: 90, sessions: [name], users: ["alice"] } });

/** Hosts that have something wrong with what is a user's own. */
export const USER_PARTS: BadHost[] = [
  {
    title: "that does not know the user",
    access: () => hasClient(),
    says: "alice is no user there",
  },
  {
    title: "whose user has no home",
    breakIt: "useradd --no-create-home --home-dir /nowhere alice",
    access: () => hasClient(),
    says: "alice has no home that can be entered: /nowhere",
  },
  {
    title: "whose user has a home that is another's",
    breakIt: `useradd --create-home alice; chown root ${HOME}`,
    access: () => hasClient(),
    says: `alice has a home that is another user's: ${HOME}`,
  },
  {
    title: "whose user has a link for ~/.ssh",
    breakIt: alice("ln -s /etc/ssh ~alice/.ssh"),
    access: () => hasClient(),
    says: "alice has a ~/.ssh that is a symbolic link; make it a folder of its own",
  },
  {
    title: "whose user has a ~/.ssh/config that leads out of the home",
    breakIt: alice(`cd ~alice; mkdir .ssh; ln -s ${SSH} .ssh/config`),
    access: () => hasClient(),
    says: `alice has a ~/.ssh/config that leads out of the home, to ${SSH}`,
  },
  {
    title: "whose user has a pipe for a config",
    breakIt: alice("cd ~alice; mkdir .ssh; mkfifo .ssh/config"),
    access: () => hasClient(),
    says: `${CONFIG} is not a regular file; the client role needs that file`,
  },
  {
    title: "whose user has a config that others may write",
    breakIt: alice("cd ~alice; mkdir .ssh; : >.ssh/config; chmod 666 .ssh/config"),
    access: () => hasClient(),
    says: `ssh -G does not read ${CONFIG}, as others may write it or it is another user's; chmod go-w ${CONFIG}, or chown it`,
  },
  {
    title: "where ssh does not take a pattern",
    breakIt: alice(":"),
    access: () => hasClient({ hostPatterns: ['"web.example'] }),
    says: 'ssh does not take the hostPatterns "web.example: …; mend them',
  },
  {
    title: "where the patterns leave no host",
    access: () => ({ client: { hostPatterns: ["*.example", "!*.example"] } }),
    says: "hostPatterns *.example !*.example are for no host: they take one that is not negated (as *), and whose hosts no other negates",
  },
  {
    title: "whose ssh_config runs a command, and everybody may write it",
    breakIt: `echo 'Match exec true' >>${SSH}; chmod o+w ${SSH}`,
    says: `ssh -G would run the command of ${SSH}:… as root, and others than root can write ${SSH}; make that root's alone`,
  },
  {
    title: "whose user has no such saved session",
    breakIt: saves("db", "web%20server"),
    access: () => hasSession("db server"),
    says: `alice has no saved session "db server" in ${HOME}/.putty/sessions; there are: db, web server`,
  },
  {
    title: "whose user has a saved session with an unusual name",
    breakIt: saves("100%25%20of%20caf%C3%A9"),
    access: () => hasSession("100% of café"),
    tells: "putty of alice (saved sessions, seconds between keepalives): 100% of café 0 → 90",
  },
  {
    title: "whose user has no saved sessions at all",
    breakIt: alice(":"),
    access: () => hasSession("*"),
    tells: `warning: alice has no saved sessions of PuTTY in ${HOME}/.putty/sessions: there is nothing to do`,
  },
];
