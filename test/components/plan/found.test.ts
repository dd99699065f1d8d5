import assert from "node:assert/strict";
import { Placement, Precedence } from "../../../components/settings";
import { describeHosts, wantedSuites } from "../../hosts";
import type { Case } from "./conformance/cases";
import { live } from "./conformance/lifecycle";
import { Oracle } from "./conformance/oracle";
import type { Scope } from "./conformance/scopes";

/** A config that generated cases were once failed by, as small as it gets. */
interface Found {
  why: string;
  scope: Scope;
  found: Case;
  /** Words of a refusal, where there has to be one. */
  refused?: RegExp;
}

const FOUND: Found[] = [
  {
    why: "a user's line for ssh's second round had no effect below one of the system's, and ours went there for its sake",
    scope: "user",
    found: userCase("ServerAliveCountMax 0\n"),
  },
  {
    why: "the same, where the system's line is for some hosts only",
    scope: "user",
    found: userCase("Host b.example\n    ServerAliveCountMax 0\n"),
    refused: /ssh_config:2 sets ServerAliveCountMax 0 under "Host b.example", which wins over ours under "Match final"/,
  },
];

function userCase(system: string): Case {
  const values = { ServerAliveInterval: 60, ServerAliveCountMax: 5 };
  return {
    files: {
      "/etc/ssh/ssh_config": system,
      "/home/alice/.ssh/config": "Match final host a.example\n    ServerAliveCountMax 100\n",
    },
    wish: {
      part: { role: "client", user: "alice", values },
      precedence: Precedence.Yield,
      placement: Placement.Auto,
    },
    edits: [],
  };
}

for (const suite of wantedSuites())
  describeHosts(`a config that was once planned wrongly, as OpenSSH of ${suite} judges it,`, function () {
    this.timeout(60_000);
    let oracle: Oracle;
    before(async () => {
      oracle = await Oracle.start(suite);
    });
    after(() => oracle?.stop());

    for (const { why, scope, found, refused } of FOUND)
      it(`${refused ? "is refused with what to do" : "gets the wanted values and its bytes back"}: ${why}`, async () => {
        const outcome = await live(oracle, scope, found);
        if (refused) assert.match(String(outcome), refused);
        else assert.equal(outcome, undefined);
      });
  });
