/** A config and what is tricky about it. All names on its Host lines that are no patterns are hosts. */
export type ClientConfigCase = [title: string, config: string];

export const CONFIGS: ClientConfigCase[] = [
  ["a plain host", "Host web\n  HostName 192.0.2.1\n  User deploy\n  Port 2222\n  IdentityFile /keys/web\n"],
  ["no HostName", "Host web.example\n  User deploy\n"],
  ["several names on one line", "Host a b c\n  HostName %h.example\n"],
  [
    "the first value wins over later ones",
    "Host web\n  Port 1\n  Port 2\nHost *\n  Port 3\n  User u\nHost web\n  User v\n",
  ],
  ["a value before any Host line", "User first\nHost web\n  User second\n"],
  ["patterns", "Host web-1 db-1\nHost web-?\n  Port 1\nHost *-1\n  Port 2\n  User one\n"],
  ["negated patterns", "Host web-1 web-2\nHost web-* !web-2\n  User one\nHost !web-1 *\n  Port 2\n"],
  [
    "names and patterns that differ in case",
    "Host Web web\nHost web\n  Port 1\nHost WEB\n  Port 2\nHost W*\n  Port 3\n",
  ],
  ["keywords in any case", "HOST web\n  hostname 192.0.2.1\n  USER deploy\n  pOrT 22\n"],
  ["= for a blank", "Host=web\n  HostName=192.0.2.1\n  User = deploy\n  Port= 2222\n"],
  ["quotes", 'Host "web" \'db\'\n  HostName "192.0.2.1"\n  User "deploy"\n  IdentityFile "/my keys/id"\n'],
  ["comments after values", "Host web # the first\n  HostName 192.0.2.1 # in the rack\n  Port 2222 #x\n"],
  ["comments in lines of their own", "# Host no\nHost web\n  # Port 1\n  Port 2\n\n  User u\n"],
  ["tabs, blanks and CRLF", "Host\tweb  db\r\n\t HostName\t192.0.2.1  \r\n  Port   2222\t\r\n"],
  ["no newline at the end", "Host web\n  Port 2222"],
  ["%% and %h in HostName", "Host web\n  HostName %h-%%h.example\n"],
  ["IPv6", "Host web\n  HostName 2001:db8::1\n"],
  [
    "several identity files",
    "Host web\n  IdentityFile /keys/1\n  IdentityFile /keys/2\nHost *\n  IdentityFile /keys/3\n",
  ],
  ["an identity file that is none", "Host web\n  IdentityFile none\nHost *\n  IdentityFile /keys/1\n"],
  ["Match all", "Host web\n  Port 1\nMatch all\n  Port 2\n  User all\n"],
  [
    "Match host, by the HostName as known so far",
    "Match host *.example\n  Port 1\nHost web\n  HostName web.example\nMatch host *.example\n  Port 2\n  User m\n",
  ],
  ["Match host with %h", "Host web\n  HostName %h.example\nMatch host web.example\n  User m\n"],
  ["Match host in any case", "Host Web\nMatch host wEb\n  User m\n"],
  [
    "Match originalhost",
    "Host web WEB2\n  HostName x.example\nMatch originalhost web\n  Port 1\nMatch originalhost Web2\n  Port 2\n",
  ],
  ["Match user", "Host web\n  User deploy\nHost db\nMatch user deploy\n  Port 1\nMatch user DEPLOY\n  Port 2\n"],
  [
    "Match with lists and negation",
    "Host a b c\nMatch host a,b\n  User ab\nMatch !host b\n  Port 1\nMatch host *,!c originalhost b,c\n  Port 2\n",
  ],
  [
    "what has nothing to do with connecting",
    "Host web\n  ServerAliveInterval 60\n  ForwardAgent yes\n  LocalForward 1 x:2\n",
  ],
  ["a jump host by its address", "Host web\n  ProxyJump 192.0.2.9\n"],
  ["a jump host with user and port", "Host web\n  ProxyJump jump@192.0.2.9:2222\n"],
  ["a jump host with IPv6", "Host web\n  ProxyJump jump@[2001:db8::9]:2222\nHost db\n  ProxyJump [2001:db8::9]\n"],
  ["a jump host whose user has an @", "Host web\n  ProxyJump jump@corp.example@192.0.2.9\n"],
  ["a jump host as a URI", "Host web\n  ProxyJump ssh://jump@192.0.2.9:2222\n"],
  [
    "a jump host with a section of its own",
    "Host web\n  ProxyJump bastion\nHost bastion\n  HostName 192.0.2.9\n  User jump\n  Port 2222\n  IdentityFile /keys/jump\n",
  ],
  [
    "more said of a jump host than its section does",
    "Host bastion\n  User jump\n  Port 2222\nHost web\n  ProxyJump me@bastion:22\n",
  ],
  [
    "a user and a port of a jump host that its sections go by",
    "Host web\n  User deploy\n  ProxyJump me@bastion:2200\nMatch user me\n  IdentityFile /keys/me\n",
  ],
  ["a jump host whose user is not the host's", "Host web\n  User deploy\n  ProxyJump 192.0.2.9\n"],
  ["a jump host for all but itself", "Host bastion\n  ProxyJump none\nHost *\n  ProxyJump bastion\nHost web\n"],
  [
    "a jump host excepted by ProxyCommand none",
    "Host bastion\n  ProxyCommand none\nHost web\nHost *\n  ProxyJump bastion\n",
  ],
  ["ProxyCommand after ProxyJump", "Host web\n  ProxyJump 192.0.2.9\nHost web\n  ProxyCommand nc %h %p\n"],
];

const VARIABLE = ["$", "{HOME}"].join("");

/** Configs that are no inventory, and what is said of each by file and line. */
export const REFUSED: [title: string, config: string, says: string][] = [
  [
    "ProxyCommand",
    "Host web\n  ProxyCommand nc %h %p\n",
    "config:2: ProxyCommand is not supported in an inventory; use ProxyJump",
  ],
  [
    "ProxyCommand of the jump host",
    "Host web\n  ProxyJump bastion\nHost bastion\n  ProxyCommand nc %h %p\n",
    "config:4: ProxyCommand is not supported in an inventory; use ProxyJump",
  ],
  [
    "CertificateFile",
    "Host web\nHost *\n  CertificateFile /keys/web-cert.pub\n",
    "config:3: CertificateFile is not supported in an inventory; give a key that the host knows by itself",
  ],
  [
    "HostKeyAlias",
    "Host web\n  HostKeyAlias x\n",
    "config:2: HostKeyAlias is not supported in an inventory; set the host's hostKey in hosts",
  ],
  [
    "PKCS11Provider",
    "Host web\n  PKCS11Provider /lib/x.so\n",
    "config:2: PKCS11Provider is not supported in an inventory; use an SSH agent",
  ],
  [
    "CanonicalizeHostname",
    "CanonicalizeHostname yes\nHost web\n",
    "config:1: CanonicalizeHostname is not supported in an inventory; write the names in full in HostName",
  ],
  [
    "Include",
    "Include none\nHost web\n",
    "config:1: Include is not supported in an inventory; name that file as the inventory",
  ],
  [
    "more than one hop",
    "Host web\n  ProxyJump a,b\n",
    "config:2: ProxyJump a,b is not supported; give one hop, as [user@]host[:port]",
  ],
  [
    "a jump host behind another",
    "Host web\n  ProxyJump a\nHost a\n  ProxyJump b\n",
    "config:2: ProxyJump a is itself reached by config:4; one hop is supported, so give a ProxyJump none before that line",
  ],
  [
    "a jump host that is its own, where ssh goes round in circles",
    "Host a\nHost *\n  ProxyJump a\n",
    "config:3: ProxyJump a is itself reached by config:3; one hop is supported, so give a ProxyJump none before that line",
  ],
  ...["exec", "localuser", "canonical", "final", "tagged"].map((criterion): [string, string, string] => [
    `Match ${criterion}`,
    `Host web\nMatch host web ${criterion} x\n`,
    `config:2: "Match ${criterion}" is not supported in an inventory and was not run; write it as a Host line`,
  ]),
  [
    "a Match without a pattern",
    "Host web\nMatch host\n",
    "config:2: this Match is not complete; ssh takes a pattern after each of host, originalhost and user",
  ],
  [
    "a keyword without a value",
    "Host web\n  HostName\n",
    'config:2: address: "" is not allowed; it takes a host name or an IP address',
  ],
  [
    "a Match without anything",
    "Host web\nMatch\n",
    "config:2: this Match is not complete; ssh takes a pattern after each of host, originalhost and user",
  ],
  [
    "an identity that is taken from wherever ssh runs",
    "Host web\n  IdentityFile keys/web\n",
    "config:2: IdentityFile keys/web is taken from wherever ssh runs; write its path in full",
  ],
  [
    "an identity from the environment",
    `Host web\n  IdentityFile /home/${VARIABLE}/id\n`,
    `config:2: IdentityFile /home/${VARIABLE}/id is taken from wherever ssh runs; write its path in full`,
  ],
  [
    "a token that is not known",
    "Host web\n  HostName %n\n",
    "config:2: %n is not supported in HostName; write out what it stands for",
  ],
  [
    "a token that hashes",
    "Host web\n  IdentityFile /keys/%C\n",
    "config:2: %C is not supported in IdentityFile; write out what it stands for",
  ],
  [
    "a port that is none",
    "Host web\n  Port ssh\n",
    'config:2: port: "ssh" is not allowed; it takes a whole number from 1 to 65535',
  ],
  [
    "a port out of range",
    "Host web\n  User x\n  Port 65536\n",
    "config:3: port: 65536 is not allowed; it takes a whole number from 1 to 65535",
  ],
  [
    "an address that is none",
    "Host web\n  HostName $(id)\n",
    'config:2: address: "$(id)" is not allowed; it takes a host name or an IP address',
  ],
  [
    "a jump host that is none",
    "Host web\n  ProxyJump a/b\n",
    'config:2: proxy.address: "a/b" is not allowed; it takes a host name or an IP address',
  ],
  [
    "a name that a host here can't have",
    'Host web\nHost "my web"\n  HostName 192.0.2.1\n',
    'config:2: name: "my web" is not allowed; it takes a name of letters, digits, dots, dashes and underscores, at most 63 long',
  ],
  ["no host", "Host *\n  User x\n", "config names no host in full on a Host line; give each host such a line"],
];
