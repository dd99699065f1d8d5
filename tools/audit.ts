/**
 * Asks npm's audit service about every package of package-lock.json: `npm run audit`. Ends with 1 for a critical finding,
 * and with 2 where nobody answered, which is not the same as nothing found.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { z } from "zod";

const ROOT = resolve(__dirname, "..");
const MINUTES = 2;
enum Exit {
  Critical = 1,
  NoAnswer = 2,
}

const advisory = z.object({ title: z.string(), url: z.string(), severity: z.string(), range: z.string() });
/** What npm prints of a service that answered; `via` has advisories, and names of packages that have some. */
const report = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), advisory])) })),
  metadata: z.object({ dependencies: z.object({ total: z.number() }) }),
});
/** And what of one that did not, with the same exit code. */
const refusal = z.object({ message: z.string() });

function main(): number {
  const { stdout, error } = spawnSync("npm", ["audit", "--json"], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: MINUTES * 60_000,
    maxBuffer: 64 << 20,
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (error)
    return noAnswer(
      (error as NodeJS.ErrnoException).code === "ETIMEDOUT" ? `nothing within ${MINUTES} min` : error.message,
    );
  const said = parse(stdout);
  const answer = report.safeParse(said);
  if (!answer.success) return noAnswer(refusal.safeParse(said).data?.message ?? "npm says nothing that can be read");
  const { vulnerabilities, metadata } = answer.data;
  const found = Object.entries(vulnerabilities).flatMap(([name, { via }]) =>
    via.flatMap((one) => (typeof one === "string" ? [] : [{ name, ...one }])),
  );
  const of = (severity: string) => found.filter((one) => one.severity === severity);
  for (const { severity, name, range, title, url } of [...of("critical"), ...of("high")])
    say(`${severity}: ${name} ${range}: ${title} (${url})`);
  const [critical, high] = [of("critical").length, of("high").length];
  say(
    `${metadata.dependencies.total} packages: ${critical} critical, ${high} high, ${found.length - critical - high} others`,
  );
  return critical > 0 ? Exit.Critical : 0;
}

function noAnswer(why: string): number {
  say(`no audit service answered, so nothing is known of the packages: ${why}`);
  say("run it where npm's registry has one, or name such a registry: npm_config_registry=URL npm run audit");
  return Exit.NoAnswer;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Titles are written by whoever reports a weakness. */
function say(line: string): void {
  console.log(line.replace(/[\p{Cc}\p{Cf}]/gu, "?"));
}

process.exitCode = main();
