import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Say, step } from "../say";
import { findExecutable, pathFolders } from "./path";
import { run } from "./process";
import { CLI_VERSION, GO_MINIMUM, LANGUAGE_HOST_VERSION } from "./versions";

interface GoProgram {
  /** The folder beside this file whose go.mod and go.sum pin everything that is built. */
  module: string;
  package: string;
  linkerFlags: string;
}

const CLI_PROGRAM: GoProgram = {
  module: "cli",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  linkerFlags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${CLI_VERSION}`,
};

const LANGUAGE_HOST_PROGRAM: GoProgram = {
  module: "language-host",
  package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  linkerFlags: "-s -w",
};

/** Builds the CLI and the Node.js language host from their Go modules into `directory/bin`. */
export async function buildEngine(directory: string, say: Say): Promise<void> {
  await requireGo();
  const bin = join(directory, "bin");
  await mkdir(bin);
  await step(say, `building the Pulumi CLI ${CLI_VERSION} from its Go module (4 to 6 minutes, once)`, () =>
    goBuild(CLI_PROGRAM, bin),
  );
  await step(say, `building Pulumi's Node.js language host ${LANGUAGE_HOST_VERSION} (1 minute, once)`, () =>
    goBuild(LANGUAGE_HOST_PROGRAM, bin),
  );
}

async function requireGo(): Promise<void> {
  if (findExecutable("go", pathFolders()) === undefined) {
    throw new Error(`Go ${GO_MINIMUM} or newer is needed for that, and there is no \`go\` on PATH`);
  }
  try {
    // Go itself compares with the go.mod's version, and fetches a newer toolchain where the user's settings allow it.
    await go(["list", "-mod=readonly", "-m"], CLI_PROGRAM, 5);
  } catch (error) {
    throw new Error(`Go ${GO_MINIMUM} or newer is needed for that. ${(error as Error).message}`, { cause: error });
  }
}

/** `-mod=readonly` makes Go check every module against the go.sum we ship, and change neither file. */
async function goBuild(program: GoProgram, bin: string): Promise<void> {
  await go(["build", "-mod=readonly", "-ldflags", program.linkerFlags, "-o", bin, program.package], program, 60);
}

async function go(args: string[], program: GoProgram, minutes: number): Promise<void> {
  // A go.work of the user's above this checkout would replace the go.mod.
  await run("go", args, { minutes, cwd: join(__dirname, program.module), env: { GOWORK: "off" } });
}
