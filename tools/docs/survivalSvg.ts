/** docs/survival.svg: how long sessions lived that nobody used, as docs/survival.json has it from a real run. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const DOCS = join(__dirname, "..", "..", "docs");
export const SURVIVAL_DATA = join(DOCS, "survival.json");
export const SURVIVAL_PICTURE = join(DOCS, "survival.svg");

/** What was measured. All times are seconds. */
export interface Survival {
  /** Of silence, after which the NAT on the way forgot a connection. */
  natForgetsAfter: number;
  /** For how long the sessions were left alone. */
  observedFor: number;
  sessions: SessionLife[];
}

export interface SessionLife {
  /** ServerAliveInterval; 0 is off. */
  interval: number;
  /** The client's version, as `ssh -V` tells it. */
  openSsh: string;
  /** Since it was used last; absent where it still answered at the end. */
  diedAfter?: number;
}

export function readSurvival(): Survival {
  return JSON.parse(readFileSync(SURVIVAL_DATA, "utf8")) as Survival;
}

const STYLE = `
  .paper { fill: #ffffff; }
  text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  path { fill: none; }
  .axis, .tick { stroke: #59636e; }
  .grid { stroke: #d1d9e0; }
  .nat { stroke: #59636e; stroke-dasharray: 5 4; }
  .lives { stroke: #1a7f37; }
  .died { stroke: #cf222e; }
  .life { stroke-width: 3; }
  text.lives { fill: #1a7f37; stroke: none; }
  text.died { fill: #cf222e; stroke: none; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; }
    text { fill: #e6edf3; }
    .axis, .tick, .nat { stroke: #9198a1; }
    .grid { stroke: #30363d; }
    .lives { stroke: #3fb950; }
    .died { stroke: #f85149; }
    text.lives { fill: #3fb950; }
    text.died { fill: #f85149; }
  }
`;

const WIDTH = 760;
const [LEFT, RIGHT, TOP, ROW] = [120, 90, 84, 32];
const TICK = 5;

/** The picture of the data, byte for byte the same each time. */
export function survivalSvg({ natForgetsAfter, observedFor, sessions }: Survival): string {
  const bottom = TOP + sessions.length * ROW;
  const height = bottom + 58;
  const x = (seconds: number) => round(LEFT + (seconds / observedFor) * (WIDTH - LEFT - RIGHT));
  const ticks = Array.from({ length: Math.floor(observedFor / TICK) + 1 }, (_, i) => i * TICK);
  const title = `Sessions that nobody used, through a NAT that forgets after ${natForgetsAfter} s`;
  const middle = round((x(0) + x(observedFor)) / 2);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${title}</title>
<desc>${sessions.map(inWords).join("; ")}</desc>
<style>${STYLE}</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
<text class="title" x="20" y="28">${title}</text>
${ticks.map((tick) => `<path class="grid" d="M${x(tick)} ${TOP}V${bottom}"/>`).join("\n")}
<path class="axis" d="M${LEFT} ${TOP}V${bottom}H${x(observedFor)}"/>
${ticks.map((tick) => `<path class="tick" d="M${x(tick)} ${bottom}v5"/><text x="${x(tick)}" y="${bottom + 20}" text-anchor="middle">${tick}</text>`).join("\n")}
<text x="${middle}" y="${bottom + 44}" text-anchor="middle">time since anybody used the session (s)</text>
<text x="20" y="${TOP - 14}">ServerAliveInterval (s)</text>
<path class="nat" d="M${x(natForgetsAfter)} ${TOP - 8}V${bottom}"/>
<text x="${x(natForgetsAfter)}" y="${TOP - 14}">the NAT forgets</text>
${sessions.map((session, i) => rowOf(session, TOP + (i + 0.5) * ROW, x, observedFor)).join("\n")}
</svg>
`;
}

function rowOf({ interval, diedAfter }: SessionLife, y: number, x: (seconds: number) => number, end: number): string {
  const label = `<text x="${LEFT - 12}" y="${y + 5}" text-anchor="end">${interval === 0 ? "0 (off)" : interval}</text>`;
  const at = x(diedAfter ?? end);
  if (diedAfter === undefined)
    return `${label}<path class="life lives" d="M${x(0)} ${y}H${at}m-8 -5l8 5l-8 5"/><text class="lives" x="${at + 12}" y="${y + 5}">lives</text>`;
  return `${label}<path class="life died" d="M${x(0)} ${y}H${at}m-5 -5l10 10m0 -10l-10 10"/><text class="died" x="${at + 14}" y="${y + 5}">dead after ${diedAfter.toFixed(1)} s</text>`;
}

function inWords({ interval, diedAfter }: SessionLife): string {
  return `interval ${interval} s: ${diedAfter === undefined ? "lives" : `dead after ${diedAfter} s`}`;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
