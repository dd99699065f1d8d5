import assert from "node:assert/strict";
import { selectSessions, sessionName } from "../../../components/plan/savedSessions";

describe("the name of a saved session", () => {
  const names: [key: string, name: string][] = [
    ["Default%20Settings", "Default Settings"],
    ["100%25", "100%"],
    ["B%C3%BCro", "Büro"],
    // As PuTTY on Windows wrote them in its code page.
    ["B%FCro", "Büro"],
    ["a%2x", "a%2x"],
  ];
  for (const [key, name] of names)
    it(`is "${name}" for ${key}`, () => {
      assert.equal(sessionName(key), name);
    });
});

describe("names and patterns of saved sessions", () => {
  const KEYS = ["Default%20Settings", "web-1", "web-2", "a.b", "x%20(1)%20[2]%20$^+|%5C%2F"];
  const selections: [wanted: string[], keys: string[], missing: string[]][] = [
    [["*"], KEYS, []],
    [["web-?"], ["web-1", "web-2"], []],
    [["web-1", "web-3"], ["web-1"], ["web-3"]],
    [["a?b"], ["a.b"], []],
    [["a.*"], ["a.b"], []],
    [["aXb"], [], ["aXb"]],
    [["* (1) [2] $^+|\\/"], ["x%20(1)%20[2]%20$^+|%5C%2F"], []],
    [["WEB-1"], [], ["WEB-1"]],
    [["nothing*"], [], []],
    [["Default Settings"], ["Default%20Settings"], []],
  ];
  for (const [wanted, keys, missing] of selections)
    it(`${wanted.join(", ")} are ${keys.join(" ") || "none"}`, () => {
      assert.deepEqual(selectSessions(wanted, KEYS), { keys: [...keys].sort(), missing });
    });

  it("have Default Settings made where it is named, and only then", () => {
    assert.deepEqual(selectSessions(["Default Settings"], []).keys, ["Default%20Settings"]);
    assert.deepEqual(selectSessions(["*"], []).keys, []);
  });
});
