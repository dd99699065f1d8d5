import { once } from "node:events";
import { Client, type ClientChannel } from "ssh2";
import type { Host } from "../hosts";

/** A login that stays open, in which the far side says everything back. */
export class Session {
  private constructor(
    private readonly client: Client,
    private readonly channel: ClientChannel,
  ) {}

  static async open({ address, privateKey }: Host, username: "root" | "deploy"): Promise<Session> {
    const client = new Client();
    // Without a listener the end of the session would be an exception out of nowhere; `echo` tells of it.
    client.on("error", () => {});
    client.connect({ host: address, username, privateKey, keepaliveInterval: 0 });
    await once(client, "ready");
    const channel = await new Promise<ClientChannel>((resolve, reject) =>
      client.exec("cat", (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    return new Session(client, channel);
  }

  /** What the far side says back; rejects if the session is no more. */
  async echo(text: string): Promise<string> {
    this.channel.write(text);
    const [data] = (await once(this.channel, "data", { signal: AbortSignal.timeout(5000) })) as [Buffer];
    return data.toString();
  }

  close(): void {
    this.client.destroy();
  }
}
