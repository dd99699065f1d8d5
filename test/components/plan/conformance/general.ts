import { parseLine } from "../../../../components/settings";
import type { Files } from "./oracle";

/** Criteria that say when ssh reads a section, which stay as they are. */
const WHEN = /^!?(final|canonical)$/i;

/**
 * The files with each section for some made one for nobody: what OpenSSH then says is what others set for everybody. Of a
 * user it is that user's files only: what the host's say comes after all that a user's say.
 */
export function onlyGeneral(files: Files, base: string): Files {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [
      path,
      path.startsWith(base) ? content.replace(/^.*$/gm, general) : content,
    ]),
  );
}

function general(line: string): string {
  const { keyword = "", values = [] } = parseLine(line) ?? {};
  if (/^host$/i.test(keyword))
    return values.includes("*") && !values.some((value) => value.startsWith("!")) ? line : "Host never.invalid";
  if (!/^match$/i.test(keyword)) return line;
  const [when = "", ...rest] = WHEN.test(values[0] ?? "") ? values : ["", ...values];
  if (rest.length === 1 && /^all$/i.test(rest[0] as string)) return line;
  if (rest.length === 0 && /^final$/i.test(when)) return line;
  return `Match ${when} user never-ever`;
}
