import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "ssh2";
import type { Host } from "../hosts";

/**
 * How often sshd asks a fresh login whether it is alive: until it has asked twice, but for no more than some seconds.
 * Who only reads files does not see whether the sshd that is there goes by them.
 */
export async function timesAsked({ address, privateKey }: Host, seconds: number): Promise<number> {
  const client = new Client();
  let asked = 0;
  client.on("error", () => {});
  client.connect({
    host: address,
    username: "root",
    privateKey,
    readyTimeout: 10_000,
    debug: (line) => {
      if (line.includes("keepalive@openssh.com")) asked++;
    },
  });
  try {
    await once(client, "ready");
    for (const end = Date.now() + seconds * 1000; asked < 2 && Date.now() < end; ) await sleep(100);
    return asked;
  } finally {
    client.destroy();
  }
}
