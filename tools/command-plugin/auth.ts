import { once } from "node:events";
import { connect } from "node:net";
import { type AnyAuthMethod, type AuthenticationType, type NextAuthHandler, utils } from "ssh2";
import type { Endpoint } from "./connection";

/** One way to log in after the other, and a note of those that failed. */
export interface Login {
  tried: AuthenticationType[];
  next(left: AuthenticationType[] | null, partialSuccess: boolean | null, answer: NextAuthHandler): void;
}

/**
 * The ways to log in, in the order of the official plugin: privateKey, password (also as the answer to every
 * keyboard-interactive question), agent. Throws if the key can't be read or the agent can't be reached.
 */
export async function loginMethods(endpoint: Endpoint): Promise<AnyAuthMethod[]> {
  const { user: username, privateKey, privateKeyPassword, password } = endpoint;
  const methods: AnyAuthMethod[] = [];
  if (privateKey !== undefined) {
    const key = utils.parseKey(privateKey, privateKeyPassword);
    if (key instanceof Error) throw new Error(`ssh: privateKey can't be read: ${key.message}`);
    methods.push({ type: "publickey", username, key: privateKey, passphrase: privateKeyPassword });
  }
  if (password !== undefined) {
    methods.push({ type: "password", username, password });
    methods.push({
      type: "keyboard-interactive",
      username,
      prompt: (_name, _instructions, _language, questions, finish) => finish(questions.map(() => password)),
    });
  }
  const agent = endpoint.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  if (agent) {
    await expectListening(agent);
    methods.push({ type: "agent", username, agent });
  }
  return methods;
}

/**
 * Goes through the methods as Go's SSH client does: "none" first, then those that the server offers, and no second
 * one of a kind that failed. So the agent isn't asked after a refused privateKey: both are of the kind "publickey".
 */
export function login(username: string, methods: AnyAuthMethod[]): Login {
  const tried: AuthenticationType[] = [];
  let current: AuthenticationType | undefined;
  return {
    tried,
    next(left, partialSuccess, answer) {
      if (current && !partialSuccess) tried.push(current);
      const next = current
        ? methods.find((method) => !tried.includes(kindOf(method)) && left?.includes(kindOf(method)))
        : ({ type: "none", username } as const);
      current = next && kindOf(next);
      // ssh2 takes false for "no more"; its type declarations don't say so
      answer(next ?? (false as unknown as AnyAuthMethod));
    },
  };
}

const kindOf = ({ type }: AnyAuthMethod): AuthenticationType => (type === "agent" ? "publickey" : type);

async function expectListening(path: string): Promise<void> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
  } catch (error) {
    throw new Error(`no SSH agent listens on ${path}`, { cause: error });
  } finally {
    socket.destroy();
  }
}
