import assert from "node:assert/strict";
import { Placement, Precedence } from "../../../components/settings";
import { describeHosts, wantedSuites } from "../../hosts";
import type { Wish } from "./conformance/cases";
import { observed } from "./conformance/host";
import { type Files, Oracle } from "./conformance/oracle";

const MAIN = "/etc/ssh/ssh_config";
const OWN = "/home/alice/.ssh/config";
const COMMAND = "id -u >>/tmp/ran";
const settings = { precedence: Precedence.Yield, placement: Placement.Auto };
const SYSTEM: Wish = { part: { role: "client", values: { ServerAliveInterval: 60 } }, ...settings };
const ALICE: Wish = { part: { role: "client", user: "alice", values: { ServerAliveInterval: 60 } }, ...settings };

describeHosts("a command of Match exec, while a host is read,", () => {
  let oracle: Oracle;
  before(async () => {
    oracle = await Oracle.start(wantedSuites()[0] as "bookworm");
  });
  after(() => oracle.stop());

  /** Who ran the command while the host was read, and why ssh was not asked. */
  async function ranBy(
    files: Files,
    wish: Wish,
    ...meanwhile: string[][]
  ): Promise<{ ran: string[]; notAsked?: string }> {
    oracle.write(files);
    const prepare = [
      ["rm", "-rf", "/tmp/ran", "/srv/theirs"],
      ["touch", "/tmp/ran"],
      ["chmod", "666", "/tmp/ran"],
      ...meanwhile,
    ];
    await oracle.ask("root", prepare);
    const { notAsked } = await observed(oracle, wish);
    const [{ output = "" } = {}] = await oracle.ask("root", [["cat", "/tmp/ran"]]);
    return { ran: [...new Set(output.split("\n").filter((line) => line !== ""))], notAsked };
  }

  it("is run as root where only root could have written it", async () => {
    assert.deepEqual(await ranBy({ [MAIN]: `Match exec "${COMMAND}"\n` }, SYSTEM), { ran: ["0"], notAsked: undefined });
  });

  const spellings = [
    `Match exec "${COMMAND}"`,
    `\tMATCH  host * EXEC "${COMMAND}"`,
    `match=exec "${COMMAND}"`,
    `"Match" !exec "${COMMAND}"`,
    `Match final exec "${COMMAND}"`,
  ];
  for (const spelling of spellings)
    it(`is not run as root where others can write it: ${JSON.stringify(spelling)}`, async () => {
      const { ran, notAsked } = await ranBy({ [MAIN]: `Host *\n${spelling}\n` }, SYSTEM, ["chmod", "666", MAIN]);
      assert.deepEqual(ran, []);
      assert.match(
        notAsked ?? "",
        /^would run the command of \/etc\/ssh\/ssh_config:2 as root, and others than root can write /,
      );
    });

  it("is not run as root where others can write what is included, or the folder that it is in", async () => {
    const theirs = "/srv/theirs/a.conf";
    const write = `mkdir -p /srv/theirs; echo 'Match exec "${COMMAND}"' >${theirs}`;
    const files = { [MAIN]: `Include ${theirs}\n` };
    for (const command of [
      ["chown", "2001", theirs],
      ["chmod", "777", "/srv/theirs"],
      ["chown", "2002", "/srv/theirs"],
    ]) {
      const { ran, notAsked } = await ranBy(files, SYSTEM, ["sh", "-c", write], command);
      assert.deepEqual(ran, [], command.join(" "));
      assert.match(notAsked ?? "", /can write \/srv\/theirs\/a\.conf; make that root's alone/);
    }
  });

  it("is not run as root where others can write what a link leads to", async () => {
    const files = { [OWN]: `Match exec "${COMMAND}"\n` };
    const { ran, notAsked } = await ranBy(files, SYSTEM, ["ln", "-s", OWN, MAIN]);
    assert.deepEqual(ran, []);
    assert.match(notAsked ?? "", /can write \/etc\/ssh\/ssh_config/);
  });

  it("is not run as root from a path that only ssh can fill in", async () => {
    const write = `mkdir -p /srv/theirs; echo 'Match exec "${COMMAND}"' >/srv/theirs/a.conf; chown -R 2001 /srv/theirs`;
    for (const path of ["~alice/.ssh/config", "/srv/their%%s/a.conf", `/srv/theirs/$${"{NONE}"}a.conf`]) {
      const { ran } = await ranBy({ [MAIN]: `Include ${path}\n`, [OWN]: `Match exec "${COMMAND}"\n` }, SYSTEM, [
        "sh",
        "-c",
        write,
      ]);
      assert.deepEqual(ran, [], path);
    }
  });

  it("is run as the user whose file it is in, and as nobody else", async () => {
    assert.deepEqual((await ranBy({ [OWN]: `Match exec "${COMMAND}"\n` }, ALICE)).ran, ["2001"]);
  });
});
