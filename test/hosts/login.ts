import { Client } from "ssh2";
import type { Host } from "./host";

type Target = Pick<Host, "address" | "hostKey" | "privateKey">;

/** Runs a command over SSH, as users do; rejects unless the server has the host's key. */
export function login(host: Target, username: "root" | "deploy", command: string, timeoutMs = 10_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    const fail = (error: Error) => {
      client.destroy();
      reject(error);
    };
    client.on("error", fail);
    client.on("ready", () =>
      client.exec(command, (error, channel) => {
        if (error) return fail(error);
        let output = "";
        channel.on("data", (chunk: Buffer) => {
          output += chunk;
        });
        channel.on("close", () => {
          client.end();
          resolve(output);
        });
      }),
    );
    client.connect({
      host: host.address,
      username,
      privateKey: host.privateKey,
      readyTimeout: timeoutMs,
      hostVerifier: (key: Buffer) => `ssh-ed25519 ${key.toString("base64")}` === host.hostKey,
      algorithms: { serverHostKey: ["ssh-ed25519"] },
    });
  });
}
