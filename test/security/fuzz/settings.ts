import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { planDocument } from "../../../components/apply";
import type { Observation } from "../../../components/observe";
import { decode } from "../../../components/observe/decode";
import { script } from "../../../components/observe/observe";
import { plan, Refusal } from "../../../components/plan";
import {
  desiredOf,
  type ResolvedFleet,
  SettingsError,
  validateFleet,
  validateNames,
} from "../../../components/settings";
import { fleet as FLEET } from "../../../components/settings/schema";
import type { LocalHost } from "../../support/localHost";
import { requireGrammar } from "./documents";
import { type Place, placesOf, withValue } from "./places";
import { requireReason } from "./shown";
import { type Canary, hostileTexts, requirePrintable } from "./texts";

/** A text in the place of a setting, or as a name that settings are given. */
export interface SettingsCase {
  place: Place;
  settings: unknown;
  component: string;
}

/** Names that users give, which the schema has no place of its own for. */
const NAMES: Place[] = [["component"], ["userClients", "KEY"], ["KEY"], ["hosts", 0, "KEY"], ["client", "KEY"]];

/** What the others settings are, so that the one that is tried can get through. */
function around(place: Place): Record<string, unknown> {
  const local = place.includes("local") || place.includes("machineId");
  const at = place.join(".");
  return {
    hosts: [
      {
        name: "web-1",
        ...(local ? { local: true } : {}),
        ...(at.includes("proxy") ? { proxy: { address: "192.0.2.1" } } : {}),
        ...(at.includes("privateKeyPassword") ? { privateKeyFile: "/key" } : {}),
      },
    ],
    client: { serverAliveInterval: 60 },
    ...(at.includes("become") ? { become: { method: "sudo" } } : {}),
    ...(at.startsWith("userClients") ? { userClients: { alice: { serverAliveInterval: 60 } } } : {}),
    ...(at.startsWith("putty") ? { putty: { secondsBetweenKeepalives: 60, users: ["alice"] } } : {}),
  };
}

/** Every setting that there is, with every kind of text. */
export function settingsCases(canary: Canary): fc.Arbitrary<SettingsCase> {
  const places = fc.constantFrom(...placesOf(FLEET), ...NAMES);
  return fc.tuple(places, hostileTexts(canary)).map(([place, text]) => caseAt(place, text));
}

/** Settings that reach what is sent to a host and written there. */
export function sentCases(canary: Canary): fc.Arbitrary<SettingsCase> {
  const places: Place[] = [
    ["owner"],
    ["component"],
    ["client", "hostPatterns", 0],
    ["userClients", "alice", "hostPatterns", 0],
    ["putty", "sessions", 0],
  ];
  return fc
    .tuple(fc.constantFrom(...places), hostileTexts(canary))
    .map(([place, text]) => caseAt(place, text))
    .filter((one) => accepted(one) !== undefined);
}

function caseAt(place: Place, text: string): SettingsCase {
  const before = around(place);
  if (place[0] === "component") return { place, settings: before, component: text };
  const named = place.map((key) => (key === "KEY" ? text : key));
  const value = place.at(-1) === "KEY" ? (place[0] === "userClients" ? { serverAliveInterval: 60 } : 1) : text;
  return { place, settings: withValue(before, named, value), component: "fleet" };
}

/** The settings where they are taken; where not, that is said in words that can be shown. */
export function accepted({ settings, component }: SettingsCase): ResolvedFleet | undefined {
  try {
    const fleet = validateFleet(settings);
    validateNames(component, fleet.hosts);
    return fleet;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    requirePrintable("the refusal", error.message);
    return undefined;
  }
}

/** Reads and plans a host as the program does. */
export class Reader {
  private readonly seen = new Map<string, Observation>();

  /** @param shell what runs the script. */
  constructor(
    private readonly host: LocalHost,
    private readonly shell: string[],
  ) {}

  /** Sees that what would be sent is a plan document, or that the host is refused in words that can be shown. */
  async judge({ component }: SettingsCase, fleet: ResolvedFleet): Promise<void> {
    const [settings] = fleet.hosts;
    assert.ok(settings);
    const desired = desiredOf(fleet, settings, "root");
    const { sshdConfig, sshConfig, journal } = this.host;
    // An sshd is not asked: it costs much and none of these settings reaches it.
    const paths = { sshd: "/nonexistent", ...settings.paths, sshdConfig, sshConfig, journal };
    const observation = this.observe(await script({ paths }, desired));
    const sender = {
      owner: fleet.owner ?? "project/stack",
      resource: `${component}-${settings.name}`,
      takeOver: false,
    };
    try {
      const { text } = planDocument(
        plan(desired, observation, []),
        observation,
        undefined,
        journal,
        sender,
        desired.activating,
      );
      requireGrammar(text);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      requireReason(error.message);
    }
  }

  /** The same script is run once: most settings don't reach it, and each run costs. */
  private observe(input: string): Observation {
    const known = this.seen.get(input);
    if (known) return known;
    const [program = "", ...args] = [...this.shell, "-s"];
    const observation = decode(execFileSync(program, args, { input, stdio: "pipe" }));
    this.seen.set(input, observation);
    return observation;
  }
}
