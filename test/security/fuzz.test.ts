import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import type fc from "fast-check";
import { LocalHost } from "../support/localHost";
import { type Users, usersUnavailable } from "../support/users";
import { hostAnswers, results, windowsAnswers } from "./fuzz/answers";
import { filesCases } from "./fuzz/files";
import { Fuzz } from "./fuzz/fuzz";
import { inventories, judgeInventory, judgeKnownHosts, judgeStack, knownHosts, stackCases } from "./fuzz/inventories";
import { journals, judgeJournal, keptJournals } from "./fuzz/journals";
import { judgeAnswer, judgeResult, judgeWindowsAnswer } from "./fuzz/judges";
import { live, readAndPlan } from "./fuzz/life";
import { carryOut, madeJournal, withJournal } from "./fuzz/sent";
import { accepted, Reader, sentCases, settingsCases } from "./fuzz/settings";
import { Shelf } from "./fuzz/shelf";
import { Canary, hostileTexts } from "./fuzz/texts";

const missing = usersUnavailable();

describe(`no text becomes code${missing ? ` (skipped: ${missing})` : ""}`, function () {
  this.timeout(24 * 3600_000);
  const fuzz = new Fuzz();
  let host: LocalHost;
  let users: Users;
  let canary: Canary;
  let hostile: fc.Arbitrary<string>;

  before(async function () {
    if (missing) return this.skip();
    ({ host, users } = await LocalHost.withUsers(["alice"]));
    canary = new Canary(host.file("."), users.home("alice"));
    hostile = hostileTexts(canary);
  });
  after(async () => {
    await host?.stop();
    if (!missing) console.log(String(fuzz));
  });

  /** Tries a property; `least` is the part of the cases that has to come through, so that more than refusals is seen. */
  async function check<T>(
    what: string,
    share: number,
    least: number,
    cases: fc.Arbitrary<T>,
    comesThrough: (one: T) => unknown,
  ): Promise<void> {
    let through = 0;
    const count = await fuzz.check(what, share, cases, async (one) => {
      if (await comesThrough(one)) through++;
      canary.requireNone();
    });
    assert.ok(through >= least * count, `only ${through} of ${count} ${what} came through`);
  }

  it("of any setting: it is refused in words that can be shown, or is data to the script that reads a host", async () => {
    const reader = new Reader(host, users.shell(["sh"]));
    await check("settings", 0.4, 0.1, settingsCases(canary), async (one) => {
      const fleet = accepted(one);
      if (fleet) await reader.judge(one, fleet);
      return fleet;
    });
  });

  it("of a stack's configuration: nothing in it is put in for something else", () =>
    check("values of stacks", 0.4, 0.1, stackCases(hostile), judgeStack));

  it("of an inventory, or of a known_hosts file", async () => {
    const file = host.file("inventory");
    await check("inventories", 0.3, 0.1, inventories(hostile), (text) => judgeInventory(text, file));
    await check("known_hosts", 0.02, 0, knownHosts(hostile), (text) => judgeKnownHosts(text, file));
    rmSync(file);
  });

  it("of settings that name who manages a host, and for whom: they are written there, known again and undone", () =>
    check("settings sent", 0.008, 0.5, sentCases(canary), (one) => {
      const fleet = accepted(one);
      return fleet && carryOut(host, one, fleet);
    }));

  it("of a host's answer: it is refused, or a plan and a report come of it", async () => {
    await check("answers", 1, 0.04, hostAnswers(hostile), judgeAnswer);
    await check("answers of Windows", 0.2, 0.04, windowsAnswers(hostile), judgeWindowsAnswer);
    await check("answers to a plan", 0.5, 0.04, results(hostile), judgeResult);
  });

  it("of a journal: it is taken for lost, or every line of its document is one of ours", () =>
    check("journals", 0.8, 0.05, journals(hostile), judgeJournal));

  it("of a journal that a host has to keep: it is not run there", async () => {
    const good = await madeJournal(host);
    await check("journals kept", 0.008, 0, keptJournals(good, canary), (text) => withJournal(host, text));
    rmSync(host.journal, { force: true });
  });

  it("of config files and saved sessions, wherever it means something there", () => {
    const shelf = new Shelf(host, users);
    return check("files read", 0.04, 0, filesCases(canary, true), (one) => readAndPlan(host, shelf, one));
  });

  it("of config files and saved sessions, their names and all in them: others' bytes stay, and undo gives all back", () => {
    const shelf = new Shelf(host, users);
    return check("lives of files", 0.01, 0.3, filesCases(canary, false), (one) => live(host, shelf, one));
  });
});
