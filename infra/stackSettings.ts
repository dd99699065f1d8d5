import * as pulumi from "@pulumi/pulumi";
import type { ClientArgs, HostArgs, OnUnreachable, ServerArgs, SshKeepaliveArgs } from "../components";

const KEYS = [
  "hosts",
  "privateKey",
  "privateKeyPassword",
  "password",
  "server",
  "client",
  "onUnreachable",
  "takeOver",
  "knownHosts",
  "parallel",
  "connectTimeout",
];

/**
 * The component's settings from the stack's configuration, under the same names.
 *
 * `privateKey`, `privateKeyPassword` and `password` hold for every host that names none of them itself; set them with
 * `pulumi config set --secret`. A key of this project that is none of these is a mistake and refused.
 */
export function stackSettings(config: pulumi.Config): SshKeepaliveArgs {
  refuseUnknown(config.name);
  const login = {
    privateKey: config.getSecret("privateKey"),
    privateKeyPassword: config.getSecret("privateKeyPassword"),
    password: config.getSecret("password"),
  };
  const hosts = config.requireObject<HostArgs[]>("hosts");
  return {
    hosts: Array.isArray(hosts) ? hosts.map((host) => withLogin(host, login)) : hosts,
    server: config.getObject<ServerArgs>("server"),
    client: config.getObject<ClientArgs>("client"),
    onUnreachable: config.get<OnUnreachable>("onUnreachable"),
    takeOver: config.getBoolean("takeOver"),
    knownHosts: config.get("knownHosts"),
    parallel: config.getNumber("parallel"),
    connectTimeout: config.getNumber("connectTimeout"),
  };
}

function withLogin(host: HostArgs, login: Partial<HostArgs>): HostArgs {
  // Not checked yet: what is no group of settings is refused as it was written.
  if (typeof host !== "object" || host === null) return host;
  const itsOwn = host.privateKey ?? host.password ?? host.agentSocketPath;
  return itsOwn === undefined ? { ...login, ...host } : host;
}

function refuseUnknown(project: string): void {
  const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(`${project}:`));
  const unknown = keys.map((key) => key.slice(project.length + 1)).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0)
    throw new pulumi.RunError(
      `the stack's configuration has no use for ${unknown.map((key) => `${project}:${key}`).join(", ")}; ` +
        `the settings are ${KEYS.join(", ")}`,
    );
}
