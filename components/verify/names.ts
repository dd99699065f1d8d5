/** A run of names is worth a range from this many on. */
const SHORTEST_RANGE = 3;
const LINE_WIDTH = 100;

/**
 * Names hosts so that one can tell which they are: each by its name, and neighbours that count up one by one as
 * `web-01 … web-40`. A gap ends a range.
 */
export function listNames(names: string[]): string[] {
  const listed: string[] = [];
  let run: string[] = [];
  let place: number | undefined;
  const close = () => {
    listed.push(...(run.length < SHORTEST_RANGE ? run : [`${run[0]} … ${run.at(-1)}`]));
    run = [];
    place = undefined;
  };
  for (const name of names) {
    const last = run.at(-1);
    const counted = last === undefined ? undefined : countsUp(last, name);
    const goesOn = counted !== undefined && (place === undefined || place === counted);
    if (last !== undefined && !goesOn) close();
    else place = counted;
    run.push(name);
  }
  close();
  return listed;
}

/** Where `next` differs from `name`, if that is in one number which is greater by one and written with the same zeros. */
function countsUp(name: string, next: string): number | undefined {
  const words = name.split(/(\d+)/);
  const others = next.split(/(\d+)/);
  const places = words.flatMap((word, i) => (word === others[i] ? [] : [i]));
  const [place] = places;
  if (words.length !== others.length || places.length !== 1 || place === undefined) return undefined;
  const [word, other] = [words[place] as string, others[place] as string];
  const following = /^\d+$/.test(word) && String(BigInt(word) + 1n).padStart(word.length, "0");
  return following === other ? place : undefined;
}

/** Joins words to lines of a width that reads well. */
export function wrapped(words: string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last}, ${word}`;
    if (last !== undefined && longer.length <= LINE_WIDTH) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line, i) => (i < lines.length - 1 ? `${line},` : line));
}
