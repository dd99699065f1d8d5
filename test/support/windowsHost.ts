import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Machine, startMachine } from "../../examples/start/machine";
import { findOpenSsh } from "../../examples/start/openssh";

const PUTTY = "HKCU\\Software\\SimonTatham";

/** A real sshd whose commands Wine's cmd.exe runs, as OpenSSH for Windows has them run by the real one. */
export class WindowsHost {
  private constructor(
    readonly machine: Machine,
    private readonly shell: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** @param folder on a file system where programs run; Windows gets made in it. */
  static async start(name: string, folder: string, publicKey: string): Promise<WindowsHost> {
    const bats = join(folder, "bats");
    mkdirSync(bats);
    // Wine's programs find their server below TMPDIR, which sshd does not pass on to them.
    const env = { ...process.env, WINEPREFIX: join(folder, "wine"), WINEDEBUG: "-all", DISPLAY: "", TMPDIR: "/tmp" };
    mkdirSync(env.WINEPREFIX);
    // Else it ends some seconds after each command, and the next one has Windows start anew.
    execFileSync("wineserver", ["--persistent"], { env, stdio: "ignore" });
    execFileSync("wine", ["wineboot", "--init"], { env, stdio: "ignore" });
    const shell = join(folder, "cmd");
    writeFileSync(shell, asCmd(env.WINEPREFIX, bats), { mode: 0o755 });
    const authorized = `command="${shell}" ${publicKey}`;
    return new WindowsHost(await startMachine(name, folder, authorized, await findOpenSsh(() => {})), shell, env);
  }

  /** Runs lines of cmd.exe, as the user would at the host itself. */
  run(...lines: string[]): string {
    const ended = spawnSync(this.shell, {
      input: `${lines.join("\n")}\n`,
      env: { ...process.env, SSH_ORIGINAL_COMMAND: "cmd /d /q /k rem" },
      encoding: "utf8",
    });
    if (ended.status !== 0) throw new Error(`${lines.join("; ")}: ${ended.stdout}${ended.stderr}`);
    return ended.stdout.replaceAll("\r", "");
  }

  /** Sets a value of a saved session of PuTTY's, by the name of its registry key. */
  save(session: string, name: string, value: number | string): void {
    const type = typeof value === "number" ? "REG_DWORD" : "REG_SZ";
    this.run(`reg add "${PUTTY}\\PuTTY\\Sessions\\${session}" /v ${name} /t ${type} /d "${value}" /f`);
  }

  /** All that the registry has of PuTTY and of us. */
  registry(): string {
    return this.run(
      `reg query ${PUTTY} /s 2>nul`,
      "reg query HKCU\\Software\\ssh-keepalive /s 2>nul",
      "rem so that it ends well",
      "exit 0",
    );
  }

  async stop(): Promise<void> {
    await this.machine.stop();
    spawnSync("wineserver", ["-k"], { env: this.env });
    spawnSync("wineserver", ["-w"], { env: this.env });
  }
}

/**
 * Quotes get lost in the arguments of `wine cmd /c`, but not in a batch file, in which a percent sign is doubled. Of a pipe
 * Wine's cmd.exe, other than the real one, takes in more than the line that it is at, and forgets that; of a file it
 * does not.
 */
function asCmd(prefix: string, folder: string): string {
  return `#!/bin/sh
export WINEPREFIX=${prefix} WINEDEBUG=-all DISPLAY= TMPDIR=/tmp
cd ${folder} || exit
bat=$$.bat
cat >"$bat.in"
printf '@echo off\\r\\n%s\\r\\n' "$(printf %s "$SSH_ORIGINAL_COMMAND" | sed 's/%/%%/g')" >"$bat"
wine cmd /d /c "$bat" <"$bat.in"
status=$?
rm "$bat" "$bat.in"
exit $status
`;
}
