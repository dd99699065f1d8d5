import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { plan, Refusal, type RolePlan } from "../../../components/plan";
import { PROBE_HOST } from "../../../components/plan/configTree";
import type { DesiredRoles, Role } from "../../../components/settings";
import { type Included, OpenSsh } from "./openssh";

const FIXTURES = join(__dirname, "fixtures");
const DESIRED = {
  server: { ClientAliveInterval: 300, ClientAliveCountMax: 2 },
  client: { ServerAliveInterval: 300, ServerAliveCountMax: 2 },
};

describe("a config as people have it", () => {
  let openssh: OpenSsh;
  before(() => {
    openssh = new OpenSsh();
  });
  after(() => openssh.remove());

  const inPlace = (text: string) => text.replaceAll("/etc/ssh/", `${openssh.folder}/`);
  const natural = (text: string) => text.replaceAll(`${openssh.folder}/`, "/etc/ssh/");

  function planRole(role: Role, desired: DesiredRoles, content: string, included: Included): RolePlan {
    const [planned] = plan(desired, openssh.observe(role, content, included), openssh.paths).roles;
    assert.ok(planned);
    return planned;
  }

  it("is left alone where nobody knows how sshd would be told, but for what is in force already", () => {
    const observation = { ...openssh.observe("server", "", {}), service: { kind: "unknown" as const, name: "-" } };
    assert.throws(
      () => plan({ server: DESIRED.server }, observation, openssh.paths),
      /how sshd is told of a changed .* is not known/,
    );
    const [planned] = plan({ server: { ClientAliveCountMax: 3 } }, observation, openssh.paths).roles;
    assert.deepEqual(planned?.splices, []);
  });

  for (const name of readdirSync(FIXTURES, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? e.name : []))) {
    const read = (file: string) => readFileSync(join(FIXTURES, name, file), "latin1");
    const has = (file: string) => existsSync(join(FIXTURES, name, file));
    const role: Role = name.startsWith("server-") ? "server" : "client";
    const desired = { [role]: DESIRED[role] };
    const included = has("included")
      ? Object.fromEntries(
          readdirSync(join(FIXTURES, name, "included")).map((file) => [file, read(`included/${file}`)]),
        )
      : {};
    const why = read("why").trim();

    if (has("refused")) {
      it(`is left alone with the reason, ${name}: ${why}`, () => {
        const refusal = (error: unknown) => {
          assert.ok(error instanceof Refusal);
          for (const words of read("refused").trim().split("|"))
            assert.ok(natural(error.message).includes(words), error.message);
          return true;
        };
        assert.throws(() => planRole(role, desired, inPlace(read("config")), included), refusal);
      });
      continue;
    }

    it(`gets the wanted values and nothing else, ${name}: ${why}`, () => {
      const content = inPlace(read("config"));
      const planned = planRole(role, desired, content, included);
      assert.equal(natural(planned.result), read("expected"));
      const before = openssh.effective(role, content, included);
      const now = openssh.effective(role, planned.result, included);
      const wanted = Object.entries(DESIRED[role]).map(([keyword, value]) => [keyword.toLowerCase(), value]);
      assert.deepEqual(now.keepalive, Object.fromEntries(wanted), `what OpenSSH says for ${PROBE_HOST} or everybody`);
      assert.deepEqual(now.rest, before.rest);
      assert.deepEqual(planRole(role, desired, planned.result, included).splices, [], "what a second plan changes");
    });

    if (has("warnings"))
      it(`is warned of, ${name}`, () => {
        const planned = planRole(role, desired, inPlace(read("config")), included);
        const said = planned.warnings.map(({ file, line, message }) => natural(`${file}:${line} ${message}`));
        assert.deepEqual(said, read("warnings").split("\n").slice(0, -1));
      });

    it(`gets its bytes back, ${name}`, () => {
      const planned = planRole(role, desired, inPlace(read("config")), included);
      const undone = planRole(role, {}, planned.result, included);
      assert.equal(natural(undone.result), has("undone") ? read("undone") : read("config"));
    });
  }
});
