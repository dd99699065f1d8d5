import { type Desired, KEYWORDS, type OpenSshPart, Precedence, type Values } from "../settings";
import { advice } from "./advice";
import { type Setting, settingsIn } from "./configTree";
import { effective } from "./effective";
import { filePlans } from "./filePlans";
import { type OwnFile, ownFilesIn, withoutOwn } from "./ownFiles";
import { type NoPlace, place } from "./placement";
import type { FilePlan, PartPlan } from "./plannedPart";
import { holdsForProbe, isGeneral } from "./precedence";
import { Refusal } from "./refusal";
import { isSettled } from "./settled";
import type { Subject } from "./subject";
import { warningsOf } from "./warnings";

/**
 * Plans a part whose values OpenSSH has; undefined where it is not wanted and nothing of ours is there.
 *
 * @throws Refusal if it can't be done safely.
 */
export function planOpenSsh(subject: Subject, part: OpenSshPart | undefined, desired: Desired): PartPlan | undefined {
  const { role, user, config } = subject;
  const own = ownFilesIn(config.tree, role);
  if (!part && own.length === 0) return undefined;
  const base = { role, ...(user === undefined ? {} : { user }), path: config.main, former: [] };
  if (!part) {
    const { values } = effective(subject.asked);
    return { ...base, before: values, after: {}, leftAlone: {}, files: filePlans(subject, own, []), warnings: [] };
  }
  requireMain(subject);
  const settings = settingsIn(config);
  // Patterns that ssh does not take spoil its other answers as well.
  if (part.hostPatterns && subject.patterns) requirePatterns(subject, part.hostPatterns);
  const { values, all } = effective(subject.asked);
  const reported = subject.alone ? effective(subject.alone).values : values;
  const settled = isSettled({ part, desired, config, settings, own, values, reported });
  const files = settled ? filePlans(subject, own) : move(subject, part, desired, { settings, own, reported });
  const tcpKeepAlive = all.get("tcpkeepalive");
  return {
    ...base,
    ...(role === "client" ? { probe: config.probe } : {}),
    desired: part.values,
    before: values,
    after: { ...withoutLetGo(values, part, own), ...part.values },
    leftAlone: tcpKeepAlive === undefined ? {} : { TCPKeepAlive: tcpKeepAlive },
    files,
    warnings: [
      ...warningsOf({ part, settings, files, precedence: desired.precedence, settled }),
      ...advice(subject, part, all, desired),
    ],
  };
}

function requireMain({ role, user, config, mainFile }: Subject): void {
  if (mainFile?.state === "present" || (user !== undefined && mainFile?.state !== "unusable")) return;
  const problem = mainFile?.state === "unusable" ? mainFile.reason : "does not exist";
  const remedy = user === undefined ? "name another in paths" : `take ${user} out of userClients`;
  throw new Refusal(`${config.main} ${problem}; the ${role} role needs that file. Mend it, or ${remedy}`);
}

/** They were tried on a config of one Host line that sets a value of its own. */
function requirePatterns({ patterns, config }: Subject, hostPatterns: string[]): void {
  if (patterns?.code === 0 && /^serveraliveinterval 12345$/m.test(patterns.output)) return;
  const said = patterns?.output.trim().split("\n").at(-1)?.slice(0, 200) ?? "";
  throw new Refusal(
    patterns?.code === 0
      ? `hostPatterns ${hostPatterns.join(" ")} do not hold for ${config.probe}, as ssh reads them; mend them`
      : `ssh does not take the hostPatterns ${hostPatterns.join(" ")}: ${said}; mend them`,
  );
}

interface Found {
  settings: Setting[];
  own: OwnFile[];
  reported: Values;
}

/** Puts ours where they win, wherever they are now. */
function move(subject: Subject, part: OpenSshPart, desired: Desired, { settings, own, reported }: Found): FilePlan[] {
  const { config, vendor } = subject;
  const { precedence, placement } = desired;
  const of = (keyword: string) => settings.filter((setting) => setting.keyword === keyword);
  for (const keyword of Object.keys(part.values)) {
    if (part.role === "server" || precedence === Precedence.Enforce) continue;
    const winner = holdsForProbe(of(keyword), reported[keyword]);
    if (!winner) continue;
    const whom = part.hostPatterns ? config.probe : "any host here";
    throw new Refusal(
      `${winner.file}:${winner.line} sets ${keyword} under "${winner.condition}", which holds for ${whom} and wins ` +
        "over ours; remove that line, set the wanted value there, or let ours win by precedence: enforce",
    );
  }
  const blocks = place(withoutOwn(config, own), part, { precedence, placement, vendor });
  if (Array.isArray(blocks)) return filePlans(subject, own, blocks);
  throw new Refusal(whyNoPlace(subject, blocks, of(blocks.keyword), precedence));
}

function whyNoPlace(
  { role, config, vendor }: Subject,
  { keyword, obstacle, tried }: NoPlace,
  settings: Setting[],
  precedence: Precedence,
): string {
  const others = settings.filter(({ own }) => !own);
  const other = obstacle && others[obstacle.other];
  if (!other) {
    const override = others.find(({ matchAll }) => matchAll);
    if (override)
      return (
        `${override.file}:${override.line} sets ${keyword} under "Match all", which overrides every other setting for ` +
        "everybody; remove that line or set the wanted value there"
      );
    return (
      `${config.main} includes no folder of drop-ins that is there and can take ours for everybody` +
      `${vendor ? ", and belongs to the vendor, whose next update would write over our lines" : ""}; make one and add ` +
      `"Include ${config.base}/${role === "server" ? "sshd_config" : "ssh_config"}.d/*.conf" at the top, or use placement: inline`
    );
  }
  const what = `${other.file}:${other.line} sets ${keyword} ${other.value}${other.condition ? ` under "${other.condition}"` : ""}`;
  if (precedence === Precedence.Enforce)
    return `${what} and is read before any place of ours; remove that line or set the wanted value there`;
  if (other.system)
    return `${what}, which wins over ours under "Match final", where alone they leave "Match final" and "Match canonical" lines of ${config.main} their effect; take one of these out, or let ours win by precedence: enforce`;
  if (other.late)
    return `${what}, which ssh reads after all else, so that ours would override it; set it under a Host line instead`;
  if (obstacle.how === "overrides")
    return `${what} for everybody and is read before ${tried}; remove that line or set the wanted value there`;
  const general = others.find((line) =>
    role === "server" ? line.matchAll || line.condition === undefined : isGeneral(line),
  );
  if (!general)
    return `${what}, and ours would take its effect wherever they are put; let ours win by precedence: enforce, or take that line out`;
  return (
    `${general.file}:${general.line} sets ${keyword} for all hosts and can't be overridden without also overriding ` +
    `${other.file}:${other.line} ("${other.condition}"); remove line ${general.line} of ${general.file}`
  );
}

/** What others set for a keyword that we let go of is not known before it is tried. */
function withoutLetGo(values: Values, part: OpenSshPart, own: OwnFile[]): Values {
  const lines = own.flatMap(({ own: { blocks } }) => blocks.flatMap((block) => block.lines));
  const letGo = KEYWORDS[part.role]
    .map(({ keyword }) => keyword)
    .filter(
      (keyword) => !(keyword in part.values) && lines.some((line) => new RegExp(`^${keyword}[\\s=]`, "i").test(line)),
    );
  return Object.fromEntries(Object.entries(values).filter(([keyword]) => !letGo.includes(keyword)));
}
