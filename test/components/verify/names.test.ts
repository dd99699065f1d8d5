import assert from "node:assert/strict";
import { listNames } from "../../../components/verify/names";

describe("the names of many hosts", () => {
  const cases: [string, string, string[]][] = [
    ["count up as a range", "web-01 web-02 web-03 web-04", ["web-01 … web-04"]],
    ["are ranges without leading zeros too", "web-8 web-9 web-10 web-11", ["web-8 … web-11"]],
    ["are no range of two", "web-1 web-2", ["web-1", "web-2"]],
    ["show a gap", "web-1 web-2 web-3 web-5 web-6 web-7 web-9", ["web-1 … web-3", "web-5 … web-7", "web-9"]],
    ["keep the order of the settings", "web-3 web-2 web-1", ["web-3", "web-2", "web-1"]],
    ["count in one place only", "a1-1 a1-2 a2-2 a2-3 a2-4", ["a1-1", "a1-2", "a2-2 … a2-4"]],
    [
      "count before a domain",
      "web-1.b2.example web-2.b2.example web-3.b2.example",
      ["web-1.b2.example … web-3.b2.example"],
    ],
    ["with other zeros are others", "web-9 web-010 web-011", ["web-9", "web-010", "web-011"]],
    ["without numbers stand by themselves", "mail db cache", ["mail", "db", "cache"]],
    ["may begin with a number", "1a 2a 3a", ["1a … 3a"]],
  ];
  for (const [title, names, expected] of cases)
    it(title, () => {
      assert.deepEqual(listNames(names.split(" ")), expected);
    });
});
