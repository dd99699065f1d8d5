import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "..");

const PROGRAM = `import { BecomeMethod, SshKeepalive, type SshKeepaliveArgs } from "ssh-keepalive";
const args: SshKeepaliveArgs = {
  hosts: [{ name: "web-1", become: { method: BecomeMethod.Sudo } }],
  server: { clientAliveInterval: 300 },
};
export const make = () => new SshKeepalive("fleet", args).effective;
`;

describe("the npm package", function () {
  this.timeout(120_000);
  let project: string;

  before(() => {
    project = mkdtempSync(join(tmpdir(), "ssh-keepalive-package-"));
    execFileSync("npm", ["run", "build"], { cwd: ROOT, stdio: "pipe" });
    const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", project], {
      cwd: ROOT,
      encoding: "utf8",
    });
    const installed = join(project, "node_modules", "ssh-keepalive");
    mkdirSync(installed, { recursive: true });
    execFileSync("tar", ["-xzf", join(project, packed.trim()), "-C", installed, "--strip-components=1"]);
    const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
    // Only what the package declares is there for it, so a dependency that it forgot is not found.
    for (const name of [...Object.keys(dependencies), "@types/node"]) {
      mkdirSync(dirname(join(project, "node_modules", name)), { recursive: true });
      symlinkSync(join(ROOT, "node_modules", name), join(project, "node_modules", name));
    }
    writeFileSync(join(project, "package.json"), "{}");
    writeFileSync(join(project, "program.ts"), PROGRAM);
  });
  after(() => rmSync(project, { recursive: true, force: true }));

  it("has types that another strict program compiles against", () => {
    const tsc = [
      require.resolve("typescript/bin/tsc"),
      "--strict",
      "--module",
      "node16",
      "--target",
      "es2022",
      "program.ts",
    ];
    execFileSync(process.execPath, tsc, { cwd: project, stdio: "pipe" });
  });

  it("loads in that program, with nothing but its declared dependencies", () => {
    const script = "console.log(typeof require('./program').make)";
    assert.equal(execFileSync(process.execPath, ["-e", script], { cwd: project, encoding: "utf8" }), "function\n");
  });

  it("holds the scripts that hosts run", () => {
    const read = (file: string) =>
      readFileSync(join(project, "node_modules/ssh-keepalive/dist/components", file), "utf8");
    for (const file of [
      "target/prelude.sh",
      "observe/read.sh",
      "apply/transaction.sh",
      "apply/apply.sh",
      "apply/undo.sh",
    ])
      assert.equal(read(file), readFileSync(join(ROOT, "components", file), "utf8"));
  });
});
