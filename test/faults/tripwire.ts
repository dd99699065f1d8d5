import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../hosts";

/** What a script of ours changes a host with, or asks it by. */
const PROGRAMS = [
  ...["chmod", "cp", "ln", "mkdir", "mktemp", "mv", "rm", "rmdir", "sync"],
  ...["systemctl", "systemd-run", "timeout"],
];

/** Those calls of them that change something. */
const CHANGES = "^(chmod|cp|ln|mkdir|mktemp|mv|rm|rmdir) |^timeout .* (systemctl (reload|restart)|systemd-run) ";

/** What happens to a run at one of its steps. */
export enum Fault {
  /** Nothing; the steps are counted. */
  None = "true",
  /** The script and all that it started is killed. */
  Killed = 'pkill -KILL -s "$session"',
  /** The connection over which it came is gone; the script goes on. */
  Disconnected = 'kill -KILL "$(ps -o ppid= -p "$session" | tr -d " ")"',
  /** It waits there for whatever the test does next. */
  Paused = ": >/run/tripwire.here; while [ -e /run/tripwire.here ]; do sleep 0.1; done",
}

/** The n-th step that changes something, or the first one that calls a program in some way: an extended regular expression. */
export type Step = number | string;

/**
 * Wraps the programs by which a script does things, so that at one of their calls a fault happens. What the process that
 * goes back calls does not count.
 */
export async function setTripwire(host: Host, step: Step, fault: Fault): Promise<void> {
  const isHere =
    typeof step === "number"
      ? `[ "$(grep -cE '${CHANGES}' /run/tripwire.steps)" -eq ${step} ] && tail -n 1 /run/tripwire.steps | grep -qE '${CHANGES}'`
      : `[ "$(grep -cE '${step}' /run/tripwire.steps)" -eq 1 ] && tail -n 1 /run/tripwire.steps | grep -qE '${step}'`;
  const wrapper = `#!/bin/sh
PATH=/usr/bin:/bin
name=\${0##*/}
session=$(ps -o sid= -p $$ | tr -d ' ')
if ! tr '\\000' ' ' <"/proc/$session/cmdline" | grep -q transaction/watch; then
  {
    flock 9
    echo "$name $*" >>/run/tripwire.steps
    ${isHere} && now=yes || now=
  } 9>>/run/tripwire.lock
  [ -z "$now" ] || { ${fault}; }
fi
exec "$name" "$@"
`;
  await host.write("/usr/local/sbin/tripwire", wrapper, 0o755);
  const links = PROGRAMS.map((name) => `ln -f /usr/local/sbin/tripwire /usr/local/sbin/${name}`).join(" && ");
  await expectToRun(host, `rm -f /run/tripwire.*; ${links}`);
}

/** Who waits at it goes on. */
export async function clearTripwire(host: Host): Promise<void> {
  await expectToRun(host, `cd /usr/local/sbin && /usr/bin/rm -f tripwire ${PROGRAMS.join(" ")} /run/tripwire.*`);
}

/** The changes that were made since the wire was set, a line each. */
export async function stepsOf(host: Host): Promise<string[]> {
  return (await expectToRun(host, `grep -E '${CHANGES}' /run/tripwire.steps`)).trim().split("\n");
}

/** Waits until a script waits at the wire. */
export async function untilPaused(host: Host): Promise<void> {
  const end = Date.now() + 60_000;
  while ((await host.run("[ -e /run/tripwire.here ]")).code !== 0) {
    if (Date.now() > end) throw new Error(`${host.name}: nobody came to the wire within a minute`);
    await sleep(200);
  }
}

async function expectToRun(host: Host, command: string): Promise<string> {
  const { code, stdout, stderr } = await host.run(command);
  if (code !== 0) throw new Error(`${host.name}: ${command}: ${stderr}`);
  return stdout;
}
