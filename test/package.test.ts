import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PackageUser } from "./support/builtPackage";

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
  let user: PackageUser;

  before(() => {
    user = new PackageUser();
    writeFileSync(join(user.folder, "package.json"), '{ "devDependencies": { "@types/node": "*" } }');
    user.install(user.folder, "devDependencies");
    writeFileSync(join(user.folder, "program.ts"), PROGRAM);
  });
  after(() => user?.remove());

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
    execFileSync(process.execPath, tsc, { cwd: user.folder, stdio: "pipe" });
  });

  it("loads in that program, with nothing but its declared dependencies", () => {
    const script = "console.log(typeof require('./program').make)";
    assert.equal(execFileSync(process.execPath, ["-e", script], { cwd: user.folder, encoding: "utf8" }), "function\n");
  });

  it("holds the scripts that hosts run", () => {
    const read = (file: string) => readFileSync(join(user.installed, "dist/components", file), "utf8");
    for (const file of [
      "target/prelude.sh",
      "observe/read.sh",
      "apply/transaction.sh",
      "apply/apply.sh",
      "apply/undo.sh",
      "target/trial.sh",
    ])
      assert.equal(read(file), readFileSync(join(ROOT, "components", file), "utf8"));
  });
});
