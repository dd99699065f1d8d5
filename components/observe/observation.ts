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
  }),
]);

const verdict = z.object({
  /** Exit status of `sshd -T` or `ssh -G`. */
  code: z.number().int(),
  output: z.string(),
});

/** What was read from a host. Everything in it is the host's word: data, to be checked before use. */
export const observation = z.object({
  uid: z.number().int(),
  shell: z.string(),
  machine: z.string().regex(/^[\x21-\x7e]{1,128}$/, "is not a machine's identity"),
  boot: z.string(),
  files: z.record(z.string(), file),
  /** Pattern of an Include line, made absolute → the files it names, in the order in which they are read. */
  includes: z.record(z.string(), z.array(z.string())),
  programs: z.object({
    sshd: z.object({ path: z.string().regex(/^\/[\x21-\x7e]*$/), version: z.string() }).optional(),
    ssh: z.object({ path: z.string().regex(/^\/[\x21-\x7e]*$/), version: z.string() }).optional(),
  }),
  service: z
    .object({ kind: z.enum(["systemd", "pidfile", "unknown"]), name: z.string().regex(/^[A-Za-z0-9._+@/-]+$/) })
    .optional(),
  effective: z.object({ server: verdict.optional(), client: verdict.optional() }),
});

export type Observation = z.infer<typeof observation>;
export type ObservedFile = z.infer<typeof file>;
export type PresentFile = Extract<ObservedFile, { state: "present" }>;

/** Keyword in lower case → value, as `sshd -T` and `ssh -G` print them. Of a repeated keyword the first counts. */
export function effectiveValues(output: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [, keyword, value] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (keyword !== undefined && value !== undefined && !values.has(keyword)) values.set(keyword, value);
  }
  return values;
}
