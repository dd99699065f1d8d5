import type { Client, ClientChannel } from "ssh2";

/**
 * A variable to set before the command starts; of two with one name the later counts. `refused` is called if the server
 * says no, and may throw to stop.
 */
export interface Variable {
  name: string;
  value: string;
  refused(): void;
}

/** Parts of ssh2 that it doesn't declare. */
interface Internals {
  _protocol: {
    env(channel: number, name: string, value: string, wantReply: boolean): void;
    exec(channel: number, command: string, wantReply: boolean): void;
  };
  _chanMgr: { _channels: Record<string, { _callbacks: ((refused: boolean) => void)[] }> };
}

/**
 * Starts the command once the server has answered for every variable. ssh2 by itself wants no answer and sends the
 * command right behind the variables; then a command would run without a variable that it needs. The client must not
 * have another channel. `follow` is called as soon as there is a channel: a short command may be over a moment later.
 */
export function execute<T>(
  client: Client,
  command: string,
  variables: Variable[],
  follow: (channel: ClientChannel) => Promise<T>,
): Promise<T> {
  const { _protocol: protocol, _chanMgr: manager } = client as unknown as Internals;
  const sendEnv = protocol.env.bind(protocol);
  const sendExec = protocol.exec.bind(protocol);
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  return new Promise((resolve, reject) => {
    let unanswered = byName.size;
    let start = () => {};

    protocol.env = (id, name, value) => {
      const [channel] = Object.values(manager._channels);
      channel?._callbacks.push((isRefused) => {
        try {
          if (isRefused) byName.get(name)?.refused();
          unanswered--;
          if (unanswered === 0) start();
        } catch (error) {
          reject(error);
        }
      });
      sendEnv(id, name, value, true);
    };
    protocol.exec = (...request) => {
      start = () => sendExec(...request);
      if (unanswered === 0) start();
    };

    const env = Object.fromEntries([...byName.values()].map(({ name, value }) => [name, value]));
    client.once("close", () => reject(new Error("ssh: the connection was lost before the command started")));
    client.exec(command, { env }, (error, channel) => {
      if (error) reject(error);
      else resolve(follow(channel));
    });
  });
}
