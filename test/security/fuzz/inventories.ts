import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { readInventory } from "../../../components";
import { SettingsError, validateFleet, validateKnown } from "../../../components/settings";
import { HostKeyError, lookUpHostKey } from "../../../components/target/hostKey";
import { STACK } from "../../../infra/stackSchema";
import { stackSettings } from "../../../infra/stackSettings";
import { type Place, placesOf, valueAt, withValue } from "./places";
import { requirePrintable } from "./texts";

const LINES = [
  "Host @",
  "Host web-1",
  "Host web-1 @",
  "  HostName @",
  "  HostName %h@",
  "  User @",
  "  Port @",
  "  IdentityFile @",
  "  IdentityFile ~/@",
  "  IdentityAgent @",
  "  ProxyJump @",
  "  ProxyCommand @",
  "  LocalCommand @",
  "  KnownHostsCommand @",
  "Match exec @",
  'Match exec "@"',
  "Match host @",
  "Include @",
  "@",
  "# @",
];

/** OpenSSH client configurations as an inventory may be one. */
export function inventories(hostile: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const line = fc.tuple(fc.constantFrom(...LINES), hostile).map(([form, text]) => form.replace("@", () => text));
  return fc
    .array(line, { minLength: 1, maxLength: 6 })
    .map((lines) => `Host web-0\n  HostName 192.0.2.1\n${lines.join("\n")}\n`);
}

/** Sees that an inventory is refused in words that can be shown, or gives hosts that the settings take; returns which. */
export function judgeInventory(text: string, file: string): boolean {
  writeFileSync(file, text);
  return told(() => validateFleet({ hosts: readInventory({ sshConfig: file }) })) !== undefined;
}

/** Lines of a known_hosts file. */
export function knownHosts(hostile: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const forms = [
    "@ ssh-ed25519 AAAA",
    "web-1 @",
    "web-1 ssh-ed25519 @",
    "web-1 ssh-rsa @",
    "@cert-authority web-1 @",
    "|1|@|@ ssh-ed25519 AAAA",
    "@",
  ];
  const line = fc.tuple(fc.constantFrom(...forms), hostile).map(([form, one]) => form.replace(/@(?!c)/, () => one));
  return fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => `${lines.join("\n")}\n`);
}

/** Sees that such a file gives no key, or one of its form. */
export async function judgeKnownHosts(text: string, file: string): Promise<void> {
  writeFileSync(file, text);
  try {
    assert.match(
      (await lookUpHostKey("web-1", 22, file, true)) ?? "ssh-ed25519 A",
      /^(ssh-ed25519|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/=]+$/,
    );
  } catch (error) {
    if (!(error instanceof HostKeyError)) throw error;
  }
}

/** A text somewhere in a stack's configuration. */
export interface StackCase {
  place: Place;
  text: string;
}

export function stackCases(hostile: fc.Arbitrary<string>): fc.Arbitrary<StackCase> {
  return fc.record({ place: fc.constantFrom(...placesOf(STACK), ["KEY"], ["hosts", 0, "KEY"]), text: hostile });
}

/** Sees that what a stack's configuration says is refused in words that can be shown, or taken as it is written. */
export function judgeStack({ place, text }: StackCase): boolean {
  const named = place.map((key) => (key === "KEY" ? text : key));
  const written = withValue({ hosts: [{ name: "web-1" }] }, named, place.at(-1) === "KEY" ? 1 : text) as Record<
    string,
    unknown
  >;
  const config = Object.entries(written).map(([key, value]) => [
    `fleet:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(config));
  try {
    const settings = told(() => {
      const found = stackSettings(new pulumi.Config("fleet"), "/project");
      validateKnown(found);
      return found;
    });
    if (!settings) return false;
    const taken = valueAt(settings, place);
    // Paths are made absolute, logins go to the hosts, and what is secret is an output by then.
    if (typeof taken === "string" && !/File$|^(knownHosts|sshConfig)$/.test(String(place.at(-1))))
      assert.equal(taken, text);
    return true;
  } finally {
    pulumi.runtime.setAllConfig({});
  }
}

function told<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    requirePrintable("the refusal", error.message);
    return undefined;
  }
}
