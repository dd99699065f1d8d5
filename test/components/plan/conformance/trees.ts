import fc from "fast-check";
import type { Suite } from "../../../hosts/images";
import type { Files } from "./oracle";
import { SCOPES, type Scope } from "./scopes";

/** A line, in which `@` stands for a value that no other line has. */
type Text = string;
interface Section {
  header: Text;
  lines: Text[];
}

const KEYWORDS: Record<Scope, { interval: string[]; countMax: string }> = {
  server: { interval: ["ClientAliveInterval"], countMax: "ClientAliveCountMax" },
  client: {
    interval: ["ServerAliveInterval", "ServerAliveInterval", "ProtocolKeepAlives", "SetupTimeOut"],
    countMax: "ServerAliveCountMax",
  },
  user: {
    interval: ["ServerAliveInterval", "ServerAliveInterval", "ProtocolKeepAlives", "SetupTimeOut"],
    countMax: "ServerAliveCountMax",
  },
};
const SERVER_HEADERS = [
  "Match User backup",
  "match\tuser\tbackup,alice",
  "Match Address 192.0.2.0/24",
  "Match Address 192.0.2.0/24 User !backup,*",
  "Match = Host *.example",
  'MATCH "User" "alice"',
  "Match User=root",
  "Match Group alice",
  "Match all",
  "  match   ALL",
];
const CLIENT_HEADERS = [
  "Host a.example",
  "Host=*.example",
  "\thost b* a.example",
  "Host !a.example *.example",
  "Host * !a.example",
  'Host "a.example" ?.other',
  "Host *",
  '"Host" c.other "*"',
  "Match host b.example",
  'Match host="*.example,!a.example"',
  "Match !host a.example",
  "Match originalhost a.example,c.other",
  "Match originalhost * user nobody",
  "Match user somebody",
  "Match !user somebody host *.example",
  "Match localuser alice",
  "match localuser !bob,*",
  "Match all",
  "MATCH=all",
  "Match final all",
  "Match final host a.example",
  "Match canonical",
  "Match canonical host *.example",
  "Match !final host c.other",
  'Match exec "true"',
  "Match host a.example exec false",
  'Match !exec "test %h = a.example"',
];
const NEWEST: Record<Scope, Text[]> = {
  server: ["Match invalid-user", "Match User backup,nobody invalid-user"],
  client: ["Match localnetwork 203.0.113.0/24", "Match tagged work", "Match sessiontype shell host a.example"],
  user: ["Match tagged work", 'Match command "none"', "Match version OpenSSH_*"],
};
const OTHERS: Record<Scope, Text[]> = {
  server: [
    "X11Forwarding yes",
    "x11forwarding=no",
    "MaxSessions 7",
    "AcceptEnv LANG LC_*",
    "PermitRootLogin no",
    "Banner /etc/motd",
  ],
  client: [
    "ForwardAgent yes",
    "User somebody",
    "\tPort = 22",
    "SendEnv LANG LC_*",
    "BatchMode yes",
    "BatchMode no",
    "HashKnownHosts yes",
  ],
  user: [
    "ForwardAgent no",
    "user nobody",
    "Port 2222",
    "IdentityFile ~/.ssh/id",
    "BatchMode yes",
    "HostName x.%h",
    "CanonicalizeHostname yes",
  ],
};
const COMMENTS: Text[] = [
  "",
  " \t",
  "# as agreed",
  "#ClientAliveInterval 0",
  "  # ServerAliveCountMax 3",
  "# caf\xe9 \xff",
  "#",
];
/** Around the names that are ours, 00-ssh-keepalive.conf and 99-ssh-keepalive.conf, and what a pattern leaves out. */
const DROP_INS = [
  "0.conf",
  "00-cis.conf",
  "00-zz.conf",
  "10-local.conf",
  "50-cloud-init.conf",
  "99-a.conf",
  "99-zz.conf",
  "A.conf",
  ".hidden.conf",
  "README",
];

const weighted = <T>(...arms: [number, fc.Arbitrary<T>][]) =>
  fc.oneof(...arms.map(([weight, arbitrary]) => ({ weight, arbitrary })));
const one = (texts: Text[]) => fc.constantFrom(...texts);

/** A line that sets a keyword of ours, as people and machines write it. */
function setting(scope: Scope, comments: boolean): fc.Arbitrary<Text> {
  const { interval, countMax } = KEYWORDS[scope];
  const keyword = fc.oneof(
    fc.tuple(
      one(interval),
      weighted([6, one(["@", '"@"'])], [3, one(["@m", "@s", "@h", "@h30m", "@M"])], [1, one(["60", "0", "1m"])]),
    ),
    fc.tuple(one([countMax]), weighted([6, one(["@", '"@"'])], [1, one(["2", "0"])])),
  );
  const spell = fc.constantFrom(
    (word: string) => word,
    (word: string) => word.toLowerCase(),
    (word: string) => word.toUpperCase(),
    (word: string) => `"${word}"`,
  );
  const ends = comments ? ["", " ", "\t # why", " \f"] : ["", " ", "\f"];
  const equals = one([" ", "=", " = ", "\t", " =", "  "]);
  return fc
    .tuple(one(["", "    ", "\t"]), spell, keyword, equals, one(ends))
    .map(([indent, spelled, [name, value], equals, end]) => {
      const word = spelled(name);
      // After a quoted keyword OpenSSH takes no equals sign.
      return `${indent}${word}${word.endsWith('"') ? equals.replace("=", " ") : equals}${value}${end}`;
    });
}

/** Include lines: the drop-ins, other files, what is not there. */
function include(scope: Scope, loops: boolean, comments: boolean): fc.Arbitrary<Text> {
  const { base, dropIns } = SCOPES[scope];
  const relative = [
    `${dropIns}/*.conf`,
    "more/one",
    "more/two more/one",
    '"more/two"',
    `none/*.conf ${dropIns}/1*.conf`,
    "deep/1",
  ];
  const absolute = relative.map((paths) => paths.replaceAll(/(^|[ "])(?=[a-z])/g, `$1${base}`));
  const usual = weighted(
    [3, one([absolute[0] as Text])],
    [
      1,
      one([
        ...absolute,
        ...absolute,
        ...(scope === "client" ? relative.slice(0, 1) : relative),
        ...(scope === "user" ? [`~/.ssh/${dropIns}/*.conf`] : []),
      ]),
    ],
  );
  const paths = loops ? usual : one(absolute.slice(1));
  return fc
    .tuple(one(["Include ", "include\t", "Include=", '  "INCLUDE" ']), paths, one(comments ? ["", " # theirs"] : [""]))
    .map((words) => words.join(""));
}

function sections(
  scope: Scope,
  suite: Suite,
  includes: fc.Arbitrary<Text> | undefined,
  most: number,
): fc.Arbitrary<Section[]> {
  const comments = scope === "server" || suite !== "bullseye";
  const newest = suite === "trixie" ? NEWEST[scope] : [];
  const header = fc
    .tuple(
      one([...(scope === "server" ? SERVER_HEADERS : CLIENT_HEADERS), ...newest]),
      one(comments ? ["", "", " # here"] : [""]),
    )
    .map((words) => words.join(""));
  const line = weighted(
    [4, setting(scope, comments)],
    [2, one(OTHERS[scope])],
    [2, one(COMMENTS)],
    ...(includes ? [[2, includes] as [number, fc.Arbitrary<Text>]] : []),
  );
  const start = fc.array(line, { maxLength: 3 }).map((lines) => ({ header: "", lines }));
  const section = fc.record({ header, lines: fc.array(line, { maxLength: 3 }) });
  return fc.tuple(start, fc.array(section, { maxLength: most })).map(([first, more]) => [first, ...more]);
}

/** How a file's bytes are put together. */
const style = fc.record({
  newline: weighted([4, fc.constant("\n")], [1, fc.constant("\r\n")]),
  finished: weighted([4, fc.constant(true)], [1, fc.constant(false)]),
});
const finished = { newline: "\n" as const, finished: true };

/** The files of one scope: main file, drop-ins, files that are included one by one, and a chain that is included deep. */
export function tree(scope: Scope, suite: Suite): fc.Arbitrary<Files> {
  const comments = scope === "server" || suite !== "bullseye";
  const { main, base, dropIns } = SCOPES[scope];
  const file = (includes: fc.Arbitrary<Text> | undefined, most: number) =>
    fc.tuple(sections(scope, suite, includes, most), style);
  const simple = file(undefined, 1);
  // Of the whole host's client relative paths are refused, so that they are to be few.
  const deepBase = scope === "client" ? base : "";
  return fc
    .record({
      main: file(include(scope, true, comments), 3),
      mark: weighted([60, fc.constant("")], [1, fc.constant("\xef\xbb\xbf")]),
      dropIns: fc.dictionary(one(DROP_INS), file(include(scope, false, comments), 1), { maxKeys: 3 }),
      one: fc.option(file(one([`Include ${base}more/two`, `Include ${deepBase}deep/1`]), 1)),
      two: fc.option(simple),
      deep: fc.option(fc.tuple(fc.constantFrom(1, 2, 12), simple), { freq: 3 }),
      folder: fc.boolean(),
    })
    .map(({ main: [first, form], mark, dropIns: some, one, two, deep, folder }) => {
      let count = 100;
      const render = (sections: Section[], { newline, finished }: typeof form) => {
        const texts = sections.flatMap(({ header, lines }) => (header ? [header, ...lines] : lines));
        const valued = texts.map((text) => text.replace("@", () => String(count++)));
        const content = valued.map((text) => text + newline).join("");
        return finished ? content : content.replace(/\r?\n$/, "");
      };
      const files: Files = { [main]: mark + render(first, form) };
      if (folder) files[`${base}${dropIns}/`] = "";
      for (const [name, [sections, form]] of Object.entries(some))
        files[`${base}${dropIns}/${name}`] = render(sections, form);
      if (one) files[`${base}more/one`] = render(...one);
      if (two) files[`${base}more/two`] = render(...two);
      if (deep) {
        const [depth, [sections, form]] = deep;
        for (let i = 1; i < depth; i++)
          files[`${base}deep/${i}`] = render([{ header: "", lines: [`Include ${deepBase}deep/${i + 1}`] }], finished);
        files[`${base}deep/${depth}`] = render(sections, form);
      }
      return files;
    });
}
