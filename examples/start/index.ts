// The story that `npm start` tells: the main job, for real, on two throwaway machines.
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { constants, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { findEngine } from "../../tools/engine";
import { say } from "../../tools/say";
import { type Machine, startMachine } from "./machine";
import { findOpenSsh } from "./openssh";
import { Stack } from "./stack";

const WANTED = ["clientaliveinterval 300", "clientalivecountmax 2", "serveraliveinterval 300", "serveralivecountmax 2"];

const OWN_HOSTS = `
The same program on your own hosts:

  npm run pulumi -- login --local
  npm run pulumi -- stack init mine
  $EDITOR Pulumi.mine.yaml             # add these lines to what is there; where config: is there already, below it

    config:
      ssh-keepalive:server: { clientAliveInterval: 300, clientAliveCountMax: 2 }
      ssh-keepalive:client: { serverAliveInterval: 300, serverAliveCountMax: 2 }
      ssh-keepalive:hosts:
        - { name: web-1, address: 192.0.2.10, user: deploy, become: { method: sudo } }

  npm run pulumi -- preview

Your SSH agent logs in and your ~/.ssh/known_hosts checks the host's key. README.md has the rest.`;

async function main(): Promise<void> {
  const openSsh = await findOpenSsh(say);
  const engine = await findEngine(say);
  const interrupted = abortOnSignals();
  const box = mkdtempSync(join(tmpdir(), "ssh-keepalive-start-"));
  const removeRunDirectory = makeRunDirectory();
  const machines: Machine[] = [];
  try {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "start", "-f", join(box, "key")]);
    const authorizedKey = readFileSync(join(box, "key.pub"), "utf8");
    for (const name of ["web-1", "web-2"]) machines.push(await startMachine(name, box, authorizedKey, openSsh));
    const stack = new Stack(engine, "start", box, (output) => process.stdout.write(output), interrupted);
    await tell(stack, machines, readFileSync(join(box, "key"), "utf8"));
  } finally {
    await Promise.all(machines.map((machine) => machine.stop()));
    rmSync(box, { recursive: true, force: true });
    removeRunDirectory();
  }
  console.log(OWN_HOSTS);
}

/** A signal ends the engine's command that runs, and with it the story, so that everything is taken down in order. */
function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => {
      process.exitCode = 128 + constants.signals[signal];
      controller.abort(new Error(`${signal} came`));
    });
  return controller.signal;
}

/** root's sshd insists on this directory, which a machine whose own sshd does not run may lack. */
function makeRunDirectory(): () => void {
  const directory = "/run/sshd";
  if (userInfo().uid !== 0 || existsSync(directory)) return () => {};
  mkdirSync(directory, { mode: 0o755 });
  return () => rmdirSync(directory);
}

async function tell(stack: Stack, machines: Machine[], privateKey: string): Promise<void> {
  const [first] = machines as [Machine];
  const atFirst = machines.map(bytes);

  chapter("Two throwaway machines, each with a real sshd on loopback");
  for (const { name, port, sshdConfig } of machines) console.log(`${name}: 127.0.0.1:${port}, ${sshdConfig}`);
  await stack.create(settings(machines), privateKey);

  chapter("pulumi preview: what would change, and why");
  includes(await stack.expect(["preview"]), "changed=2");
  check(same(machines.map(bytes), atFirst), "the preview changed a file");

  chapter("pulumi up");
  includes(await stack.expect(["up", "--yes", "--skip-preview"]), "changed=2");

  chapter("What OpenSSH itself reports now: sshd -T and ssh -G");
  showEffective(machines);

  chapter("pulumi up again: nothing to do");
  includes(await stack.expect(["up", "--yes", "--skip-preview", "--expect-no-changes"]), "ok=2 changed=0");

  chapter(`Somebody edits our drop-in on ${first.name} by hand: ClientAliveInterval 9999`);
  const dropIn = join(`${first.sshdConfig}.d`, "00-ssh-keepalive.conf");
  const ours = readFileSync(dropIn, "utf8");
  check(ours.includes("ClientAliveInterval 300"), `${dropIn} does not have our line`);
  writeFileSync(dropIn, ours.replace("ClientAliveInterval 300", "ClientAliveInterval 9999"));
  includes(await stack.expect(["preview"]), "ok=1 changed=1");

  chapter("pulumi up repairs it");
  includes(await stack.expect(["up", "--yes", "--skip-preview"]), "ok=1 changed=1");
  showEffective(machines);

  chapter("pulumi destroy: every file as it was");
  await stack.expect(["destroy", "--yes", "--skip-preview"]);
  check(same(machines.map(bytes), atFirst), "a file is not byte for byte what it was before");
  console.log("All files are byte for byte what they were, and ours are gone.");
}

function settings(machines: Machine[]): Record<string, unknown> {
  return {
    server: { clientAliveInterval: 300, clientAliveCountMax: 2 },
    client: { serverAliveInterval: 300, serverAliveCountMax: 2 },
    hosts: machines.map(({ name, port, hostKey, sshdConfig, sshConfig, journal }) => ({
      name,
      address: "127.0.0.1",
      port,
      user: userInfo().username,
      hostKey,
      paths: { sshdConfig, sshConfig, journal },
    })),
  };
}

function chapter(title: string): void {
  console.log(`\n── ${title} ${"─".repeat(Math.max(0, 90 - title.length))}\n`);
}

function showEffective(machines: Machine[]): void {
  for (const machine of machines) {
    const effective = machine.effective();
    console.log(`${machine.name}: ${effective.join(", ")}`);
    for (const wanted of WANTED) check(effective.includes(wanted), `${machine.name} does not have ${wanted} in force`);
  }
}

/** The configs, and which drop-ins there are. */
function bytes({ sshdConfig, sshConfig }: Machine): Buffer {
  const dropIns = readdirSync(`${sshdConfig}.d`).join();
  return Buffer.concat([readFileSync(sshdConfig), readFileSync(sshConfig), Buffer.from(dropIns)]);
}

function same(a: Buffer[], b: Buffer[]): boolean {
  return a.every((one, i) => one.equals(b[i] as Buffer));
}

function includes(output: string, expected: string): void {
  check(stripVTControlCharacters(output).includes(expected), `pulumi did not say ${expected}`);
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

main().catch((error: Error) => {
  say(`it went wrong: ${error.message}`);
  process.exitCode ||= 1;
});
