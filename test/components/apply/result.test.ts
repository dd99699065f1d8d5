import assert from "node:assert/strict";
import { readResult } from "../../../components/apply";

describe("the apply script's answer", () => {
  const answer = (...lines: string[]) => readResult(["ssh-keepalive-result 1", ...lines, "end"].join("\n"));

  it("gives the values in force", () => {
    assert.deepEqual(answer("status changed", "effective server clientaliveinterval 60"), {
      status: "changed",
      effective: { server: { ClientAliveInterval: 60 } },
    });
  });

  it("gives the values of a user's part under that user's name", () => {
    const { effective } = answer(
      "status changed",
      "effective client serveraliveinterval 300",
      "effective client:al.ice-1$ serveraliveinterval 60",
      "effective client:al.ice-1$ serveralivecountmax 3",
    );
    assert.deepEqual(effective, {
      client: { ServerAliveInterval: 300 },
      "client:al.ice-1$": { ServerAliveInterval: 60, ServerAliveCountMax: 3 },
    });
  });

  for (const part of ["putty:alice", "client:", "client:a b", "client:\u001b[2J", "root", "__proto__"])
    it(`gives no value of a part ${JSON.stringify(part)}, which OpenSSH has none for`, () => {
      assert.deepEqual(answer("status changed", `effective ${part} serveraliveinterval 60`).effective, {});
    });

  it("gives the cause of a failure", () => {
    assert.deepEqual(answer("status failed", "cause no space"), {
      status: "failed",
      cause: "no space",
      effective: {},
    });
  });

  it("gives no more of a cause than the script itself tells", () => {
    assert.equal(answer("status failed", `cause ${"x".repeat(5000)}`).cause, "x".repeat(400));
  });

  const incomplete = [
    "",
    "end",
    "ssh-keepalive-result 1\nstatus changed",
    "Last login: today\nssh-keepalive-result 1\nend",
  ];
  for (const stdout of incomplete)
    it(`is a failure where it is not whole: ${JSON.stringify(stdout)}`, () => {
      assert.match(readResult(stdout).cause ?? "", /incomplete; run it again/);
    });

  for (const value of ["-1", "60s", "1e3", "", "$(id)", "\u001b[31m60", "9".repeat(400)])
    it(`gives no value where the host reports ${JSON.stringify(value.slice(0, 12))}`, () => {
      assert.deepEqual(answer("status unchanged", `effective client serveraliveinterval ${value}`).effective, {});
    });

  it("gives no keyword that is not of the role", () => {
    const { effective } = answer("status changed", "effective client clientaliveinterval 5", "effective __proto__ x 5");
    assert.deepEqual(effective, {});
  });
});
