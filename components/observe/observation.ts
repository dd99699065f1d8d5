import { z } from "zod";

/** A path as ssh or sshd names it. Content is bytes as latin1 text: one character a byte, whatever its encoding. */
const file = z.discriminatedUnion("state", [
  z.object({ state: z.literal("missing"), path: z.string() }),
  z.object({ state: z.literal("unusable"), path: z.string(), reason: z.string().max(200) }),
  z.object({
    state: z.literal("present"),
    path: z.string(),
    /** Where the bytes are: the target of a symbolic link. */
    realPath: z.string().regex(/^\//),
    mode: z.string().regex(/^[0-7]{1,4}$/),
    owner: z.string().regex(/^\d+$/),
    group: z.string().regex(/^\d+$/),
    changed: z.string().regex(/^\d+$/),
    content: z.string(),
    /** Whether nothing can be written there: neither to the file nor to its folder. */
    sealed: z.boolean().optional(),
    /** Whether others could put something in the place of what root writes there. */
    exposed: z.boolean().optional(),
  }),
]);

const verdict = z.object({
  /** Exit status of `sshd -T` or `ssh -G`. */
  code: z.number().int(),
  output: z.string(),
});

/** What plan documents have is shown by the engine, which takes `<{%` for a directive and panics at one that it does not know. */
const path = z.string().regex(/^\/(?!.*<\{%)[!-~]*$/);

/** What is there of a tree of config files, as one user sees it. */
const tree = {
  /** By the path that names it. */
  files: z.record(z.string(), file),
  /** Pattern of an Include line, made absolute → the files it names, in the order in which they are read. */
  includes: z.record(z.string(), z.array(z.string())),
  /** The folders of those patterns in which a file can be made. */
  folders: z.array(z.string()),
};

/** Why no part of a user's can be managed, in words that follow the user's name: "has no home", "does not exist". */
const unusableUser = z.object({ state: z.literal("unusable"), reason: z.string().max(200) });

/** What a user's own rights show of that user: all of it is that user's word. */
export const presentUser = z.object({
  state: z.literal("present"),
  uid: z.number().int(),
  /** The home's real path. */
  home: path,
  ...tree,
  /** `ssh -G -F ~/.ssh/config`: what that file by itself says for the probed host; absent where there is no such file. */
  own: verdict.optional(),
  /** `ssh -G`: what is in force for this user and the probed host, by all files together. */
  effective: verdict.optional(),
  /** Whether ssh takes the patterns of the settings, where there are any. */
  patterns: verdict.optional(),
  /** PuTTY's saved sessions: their files, which are among `files`. Absent where they were not asked for. */
  sessions: z.array(z.string()).optional(),
});

/** What was read from a host. Everything in it is the host's word: data, to be checked before use. */
export const observation = z.object({
  uid: z.number().int(),
  /** The login user, who became root where that is wanted. */
  user: z.string(),
  shell: z.string(),
  machine: z.string().regex(/^[\x21-\x7e]{1,128}$/, "is not a machine's identity"),
  boot: z.string(),
  /**
   * The main config files: those that the settings name, the usual ones, or a vendor's where the usual ones are missing.
   * A vendor's file is never changed, as the next update of its package would write over it.
   */
  main: z.object({
    server: z.object({ path, vendor: z.boolean() }),
    client: z.object({ path, vendor: z.boolean() }),
  }),
  ...tree,
  programs: z.object({
    sshd: z.object({ path, version: z.string() }).optional(),
    ssh: z.object({ path, version: z.string() }).optional(),
  }),
  service: z
    .object({
      kind: z.enum(["systemd", "triggered", "openrc", "runit", "sysvinit", "pidfile", "unknown"]),
      name: z.string().regex(/^[A-Za-z0-9._+@/-]+$/),
    })
    .optional(),
  /** Config files of sshd's that it has not read since they changed, as far as times tell. */
  unread: z.array(z.string()),
  /** Whether it may not have read all: a folder of them changed since, or it writes no pid file that tells when it did. */
  mayBeUnread: z.boolean().optional(),
  /** `sshd -T` and `ssh -G -F` of the main files. */
  effective: z.object({ server: verdict.optional(), client: verdict.optional() }),
  /** Whether ssh takes the patterns of the settings for the system-wide client, where there are any. */
  patterns: verdict.optional(),
  /** The user by whom ssh was asked about the system-wide files, and has to be; absent where that is who read the host. */
  asker: z
    .string()
    .regex(/^[a-z]+$/)
    .optional(),
  /**
   * Why ssh was not asked of the system-wide file though it could be: words that follow "ssh -G", with file and line
   * where there is one.
   */
  notAsked: z.string().max(400).optional(),
  users: z.record(z.string(), z.discriminatedUnion("state", [unusableUser, presentUser])),
});

export type Observation = z.infer<typeof observation>;
export type ObservedFile = z.infer<typeof file>;
export type PresentFile = Extract<ObservedFile, { state: "present" }>;
/** A tree of config files as root sees it (an {@link Observation} is one) or as a user does. */
export type ObservedTree = Pick<Observation, "files" | "includes" | "folders">;
export type UserObservation = Observation["users"][string];
export type PresentUser = Extract<UserObservation, { state: "present" }>;
export type Verdict = z.infer<typeof verdict>;

/** Keyword in lower case → value, as `sshd -T` and `ssh -G` print them. Of a repeated keyword the first counts. */
export function effectiveValues(output: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [, keyword, value] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (keyword !== undefined && value !== undefined && !values.has(keyword)) values.set(keyword, value);
  }
  return values;
}
