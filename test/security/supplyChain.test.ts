import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as versions from "../../tools/engine/versions";

const ROOT = resolve(__dirname, "../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

interface Locked {
  integrity?: string;
  resolved?: string;
  dev?: boolean;
  link?: boolean;
  license?: string;
}

const manifest = JSON.parse(read("package.json"));
const { "": _, ...locked } = JSON.parse(read("package-lock.json")).packages as Record<string, Locked>;

/** The cells of each row of the table below a heading of docs/security.md, less what is only for reading. */
function table(heading: string): string[][] {
  const [, section = ""] =
    new RegExp(`^## ${heading}\n(.*?)(?=^## |$(?![^]))`, "ms").exec(read("docs/security.md")) ?? [];
  const rows = [...section.matchAll(/^\| (.*) \|$/gm)].map(([, row = ""]) =>
    row.split(" | ").map((cell) => cell.replaceAll("`", "")),
  );
  assert.ok(rows.length > 2, `docs/security.md has no table below ${heading}`);
  return rows.slice(2);
}

describe("what this project is made of", () => {
  it("is fetched by hash: every package of the lockfile has its sha512", () => {
    assert.ok(Object.keys(locked).length > 200);
    const without = Object.entries(locked).filter(
      ([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ""),
    );
    assert.deepEqual(without, []);
  });

  it("comes from the registry alone: no package is a link, a folder or a repository", () => {
    const elsewhere = Object.entries(locked).filter(
      ([, { link, resolved = "https://" }]) => link || !/^https:\/\/.*\.tgz$|^https:\/\/$/.test(resolved),
    );
    assert.deepEqual(elsewhere, []);
    const wanted = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    assert.deepEqual(
      wanted.filter((version) => !/^\^?\d+\.\d+\.\d+$/.test(String(version))),
      [],
    );
  });

  it("runs no script of a package that is installed, and is installed by the lockfile alone", () => {
    assert.match(read(".npmrc"), /^ignore-scripts=true$/m);
    for (const file of [".ci/run", "tools/run.mjs"]) {
      assert.match(read(file), /npm ci|"ci"/);
      assert.doesNotMatch(read(file), /npm (install|i|update)\b|"(install|update)"/);
    }
  });

  it("has of the tools that it builds or downloads one version each, and no range", () => {
    const odd = Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    assert.deepEqual(odd, []);
  });

  for (const module of ["cli", "language-host"])
    it(`has hashes of every module that ${module} is built of`, () => {
      const sums = read(`tools/engine/${module}/go.sum`).trimEnd().split("\n");
      assert.deepEqual(
        sums.filter((line) => !/^\S+ v\S+ h1:[A-Za-z0-9+/]{43}=$/.test(line)),
        [],
      );
      const required = [
        ...read(`tools/engine/${module}/go.mod`).matchAll(
          /^\s*(?:require )?(\S+\.\S+\/\S+) (v\S+)(?: \/\/ indirect)?$/gm,
        ),
      ];
      assert.ok(required.length > 20, `${required.length} modules`);
      const replaced = /^replace (\S+) =>/m.exec(read(`tools/engine/${module}/go.mod`))?.[1];
      const without = required.filter(
        ([, name, version]) => name !== replaced && !sums.some((line) => line.startsWith(`${name} ${version}`)),
      );
      assert.deepEqual(
        without.map(([line]) => line),
        [],
      );
    });
});

describe("docs/security.md", () => {
  it("says of every direct dependency why it is there, and of no other", () => {
    const rows = table("What it depends on").map(([name, when, why]) => {
      assert.ok((why ?? "").length > 20, `why ${name} is there`);
      return `${when} ${name}`;
    });
    const named = (when: string, of: object) => Object.keys(of).map((name) => `${when} ${name}`);
    const wanted = [...named("run", manifest.dependencies), ...named("development", manifest.devDependencies)];
    assert.deepEqual(rows.sort(), wanted.sort());
  });

  it("lists every licence that is shipped with what it depends on, and no other", () => {
    const allowed = table("Licences").map(([name]) => name);
    const found = new Set(
      Object.entries(locked).flatMap(([folder, entry]) => (entry.dev ? [] : licencesOf(folder, entry))),
    );
    assert.deepEqual([...found].sort(), allowed.sort());
  });

  it("says of every tool that is built or downloaded which version it is", () => {
    const page = read("docs/security.md");
    for (const version of [versions.CLI_VERSION, versions.LANGUAGE_HOST_VERSION, versions.COMMAND_PLUGIN_VERSION])
      assert.ok(page.includes(` ${version}`), version);
  });
});

/** By SPDX's names; of an expression each that has to be kept. */
function licencesOf(folder: string, { license: ofLockfile }: Locked): string[] {
  // What is for other systems is not there.
  const installed = existsSync(join(ROOT, folder, "package.json"))
    ? JSON.parse(read(join(folder, "package.json")))
    : {};
  const { license = ofLockfile, licenses = [] } = installed;
  const said: string[] = license === undefined ? licenses.map(({ type }: { type: string }) => type) : [license];
  assert.ok(said.length > 0, `${folder} has no licence`);
  return said.flatMap((one) => {
    if (/^SEE LICENSE IN/.test(one))
      return [/^The MIT License/.test(licenceText(folder)) ? "MIT" : `${folder}: ${one}`];
    return one.replace(/[()]/g, "").split(" AND ");
  });
}

function licenceText(folder: string): string {
  const file = readdirSync(join(ROOT, folder)).find((name) => /^licen[cs]e/i.test(name));
  return file ? read(join(folder, file)) : "";
}
