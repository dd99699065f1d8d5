import assert from "node:assert/strict";
import { type Journal, planDocument, readJournal } from "../../../components/apply";
import type { Observation } from "../../../components/observe";
import type { Plan } from "../../../components/plan";
import { ACTIVATING } from "../../support/desired";
import { DOCUMENT, HASH, HEAD, hostWith, JOURNAL_PATH } from "./documents";

const SENDER = { owner: "project/stack", resource: "fleet-web-1", takeOver: false };

describe("a plan as it is sent", () => {
  const part = { role: "client" as const, path: "/c", before: {}, after: {}, leftAlone: {}, former: [], warnings: [] };
  const file = { path: "/c", content: "x\n", result: "x\n", splices: [], hadLines: true, hasLines: true };
  const compliant: Plan = { parts: [{ ...part, files: [file] }] };
  const splices = [{ offset: 7, length: 0, lines: ["$(reboot)"] }];
  const changed = { ...file, content: "Host *\n", result: "new", splices, hadLines: false };
  const change: Plan = { parts: [{ ...part, desired: { ServerAliveInterval: 60 }, files: [changed] }] };
  const journal = readJournal(hostWith(`${HEAD}document\n${DOCUMENT}`), JOURNAL_PATH) as Journal;
  const send = (plan: Plan, observation: Observation, journal?: Journal, sender = SENDER) =>
    planDocument(plan, observation, journal, JOURNAL_PATH, sender, ACTIVATING);

  it("is the last one again where the host complies and we hold it", () => {
    assert.deepEqual(send(compliant, hostWith(), journal), { text: DOCUMENT, settled: true });
  });

  it("is another one where the last one does not name a file that has lines of ours", () => {
    const another = DOCUMENT.replace("file client /c", "file client /other");
    assert.equal(send(compliant, hostWith(), { ...journal, document: another }).settled, false);
  });

  it("is another one where the last one was for another machine, or for this one before it got another identity", () => {
    const another = DOCUMENT.replace(/^machine .*/m, `machine ${HASH}`);
    assert.equal(send(compliant, hostWith(), { ...journal, document: another }).settled, false);
  });

  it("is another one where the last one failed or was left half-way, or another resource holds the host", () => {
    for (const state of ["failed", "applying"] as const)
      assert.equal(send(compliant, hostWith(), { ...journal, state }).settled, false);
    assert.equal(send(compliant, hostWith(), journal, { ...SENDER, resource: "fleet-web-2" }).settled, false);
  });

  it("says that there is nothing to do where nothing ever was ours", () => {
    assert.deepEqual(send({ parts: [] }, hostWith()), { text: "ssh-keepalive-plan 1\nnothing\nend\n", settled: true });
  });

  it("is the same for the same host, and differs once a file, its change time, the boot or the journal does", () => {
    const { text } = send(change, hostWith());
    assert.equal(send(change, hostWith()).text, text);
    const others = [
      send(change, hostWith(undefined, "Host *\n", "2")),
      send(change, hostWith(undefined, "Host a\n")),
      send(change, { ...hostWith(), boot: "b 2" }),
      send(change, hostWith(), { ...journal, transaction: 4 }),
    ];
    assert.equal(new Set([text, ...others.map((other) => other.text)]).size, 5);
  });

  it("holds what goes into a file as data, each line behind a plus", () => {
    assert.match(
      send(change, hostWith()).text,
      /^splice 7 0\n\+\$\(reboot\)\nconfig client \/c ssh-keepalive\.invalid\nexpect client serveraliveinterval 60\nend\n$/m,
    );
  });
});
