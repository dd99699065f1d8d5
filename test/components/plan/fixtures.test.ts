import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type PartPlan, plan, Refusal } from "../../../components/plan";
import type { Desired, OpenSshPart, OpenSshRole } from "../../../components/settings";
import { desire } from "../../support/desired";
import { type Files, type InForce, OpenSsh } from "./openssh";

const FIXTURES = join(__dirname, "fixtures");
const VALUES = {
  server: { ClientAliveInterval: 300, ClientAliveCountMax: 2 },
  client: { ServerAliveInterval: 300, ServerAliveCountMax: 2 },
};

/*
 * A fixture is a folder: `config` is the main file, `included` its folder of drop-ins; `settings` what is wanted, where that
 * is not the usual. `expected` and `expected-included` are those files afterwards, where they change; `undone` the main file
 * after an undo that can't give back what was there. `in-force` is what OpenSSH then says for some, a line for each.
 */
describe("a config as people have it", () => {
  let openssh: OpenSsh;
  before(() => {
    openssh = new OpenSsh();
  });
  after(() => openssh.remove());

  for (const name of readdirSync(FIXTURES).filter((name) => !name.startsWith("."))) {
    const role: OpenSshRole = name.startsWith("server-") ? "server" : "client";
    const main = role === "server" ? "/etc/ssh/sshd_config" : "/etc/ssh/ssh_config";
    const has = (file: string) => existsSync(join(FIXTURES, name, file));
    const read = (file: string) => readFileSync(join(FIXTURES, name, file), "latin1");
    const lines = (file: string) => (has(file) ? read(file).split("\n").slice(0, -1) : []);
    const folder = (files: string): Files => {
      const names = has(files) ? readdirSync(join(FIXTURES, name, files)) : [];
      return Object.fromEntries(names.map((file) => [`${main}.d/${file}`, read(`${files}/${file}`)]));
    };
    const files: Files = {
      ...(has("included") ? { [`${main}.d/`]: "" } : {}),
      [main]: read("config"),
      ...folder("included"),
    };
    const { hostPatterns, values = VALUES[role], ...settings } = has("settings") ? JSON.parse(read("settings")) : {};
    const part: OpenSshPart = { role, values, ...(hostPatterns ? { hostPatterns } : {}) };
    const desired = desire({}, { ...settings, parts: [part] });
    const why = read("why").trim();

    const planned = async (of: Files, wanted: Desired): Promise<PartPlan | undefined> => {
      openssh.write(of);
      return plan(wanted, await openssh.observe(desired), []).parts[0];
    };
    const carriedOut = (of: Files, part: PartPlan | undefined): Files => {
      const after = { ...of };
      for (const { path, result } of part?.files ?? []) {
        if (result === undefined) delete after[openssh.natural(path)];
        else after[openssh.natural(path)] = openssh.natural(result);
      }
      return after;
    };

    if (has("refused")) {
      it(`is left alone with the reason, ${name}: ${why}`, async () => {
        await assert.rejects(planned(files, desired), (error) => {
          assert.ok(error instanceof Refusal, String(error));
          for (const words of read("refused").trim().split("|"))
            assert.ok(openssh.natural(error.message).includes(words), error.message);
          return true;
        });
      });
      continue;
    }

    it(`gets the wanted values and nothing else, and its bytes back, ${name}: ${why}`, async () => {
      const somebody = lines("in-force").map((line) => line.split(" ") as [string, string, string]);
      const first = await planned(files, desired);
      assert.ok(first);
      const ask = (): [string, InForce][] =>
        [first.probe, ...somebody.map(([whom]) => whom)].map((whom) => [whom ?? "everybody", openssh.ask(role, whom)]);
      const before = ask();
      const after = carriedOut(files, first);
      const expected = {
        ...files,
        ...(has("expected") ? { [main]: read("expected") } : {}),
        ...folder("expected-included"),
      };
      assert.deepEqual(after, expected);
      const told = first.warnings.map(({ file, line, message }) => openssh.natural(`${file}:${line} ${message}`));
      if (has("warnings")) assert.deepEqual(told, lines("warnings"));
      const again = await planned(after, desired);
      const now = ask();
      const others = (all: [string, InForce][]) => all.map(([whom, { rest }]) => [whom, rest]);
      assert.deepEqual(others(now), others(before), "what is none of ours");
      const wanted = Object.entries(part.values).map(([keyword, value]) => [keyword.toLowerCase(), value]);
      assert.deepEqual(now[0]?.[1].keepalive, { ...before[0]?.[1].keepalive, ...Object.fromEntries(wanted) });
      for (const [i, [whom, keyword, value]] of somebody.entries())
        assert.equal(now[i + 1]?.[1].keepalive[keyword.toLowerCase()], Number(value), `${keyword} for ${whom}`);
      assert.deepEqual(carriedOut(after, again), after, "what a second plan changes");
      const undone = carriedOut(after, await planned(after, { ...desired, parts: [] }));
      assert.deepEqual(undone, { ...files, ...(has("undone") ? { [main]: read("undone") } : {}) });
    });
  }
});
