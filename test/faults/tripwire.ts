import type { Host } from "../hosts";

/** What a script of ours changes a host with. */
const PROGRAMS = ["chmod", "cp", "ln", "mkdir", "mktemp", "mv", "rm", "rmdir", "sync", "systemctl", "systemd-run"];

/** What happens to a run at one of its steps. */
export enum Fault {
  /** Nothing; the steps are counted. */
  None = "true",
  /** The script and all that it started is killed. */
  Killed = 'pkill -KILL -s "$session"',
  /** The connection over which it came is gone; the script goes on. */
  Disconnected = 'kill -KILL "$(ps -o ppid= -p "$session" | tr -d " ")"',
}

/**
 * Wraps the programs by which a script changes things, so that at the n-th of their calls a fault happens. What the process
 * that goes back calls does not count.
 */
export async function setTripwire(host: Host, step: number, fault: Fault): Promise<void> {
  const wrapper = `#!/bin/sh
PATH=/usr/bin:/bin
name=\${0##*/}
session=$(ps -o sid= -p $$ | tr -d ' ')
if ! tr '\\000' ' ' <"/proc/$session/cmdline" | grep -q transaction/watch; then
  {
    flock 9
    echo "$name $*" >>/run/tripwire.steps
    [ "$(wc -l </run/tripwire.steps)" -eq ${step} ] && now=yes || now=
  } 9>>/run/tripwire.lock
  [ -z "$now" ] || ${fault}
fi
exec "$name" "$@"
`;
  await host.write("/usr/local/sbin/tripwire", wrapper, 0o755);
  const links = PROGRAMS.map((name) => `ln -f /usr/local/sbin/tripwire /usr/local/sbin/${name}`).join(" && ");
  await expectToRun(host, `rm -f /run/tripwire.*; ${links}`);
}

export async function clearTripwire(host: Host): Promise<void> {
  await expectToRun(host, `cd /usr/local/sbin && /usr/bin/rm -f tripwire ${PROGRAMS.join(" ")} /run/tripwire.*`);
}

/** The steps that were taken since the wire was set, a line each. */
export async function stepsOf(host: Host): Promise<string[]> {
  return (await expectToRun(host, "cat /run/tripwire.steps")).trim().split("\n");
}

async function expectToRun(host: Host, command: string): Promise<string> {
  const { code, stdout, stderr } = await host.run(command);
  if (code !== 0) throw new Error(`${host.name}: ${command}: ${stderr}`);
  return stdout;
}
