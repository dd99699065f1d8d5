/**
 * A stand-in for Pulumi's official `command` resource plugin, version 1.2.1, for machines that can't download it. It
 * serves `command:remote:Command` and `command:local:Command` with the official schema and behaviour.
 *
 * It differs from the official plugin in this:
 * - There is no `assetPaths`, no `archivePaths`, no CopyToRemote, no CopyFile and no function: all of these are refused.
 * - Output lines of any length are logged; the official plugin blocks on one over 64 KiB.
 * - Through a proxy, an attempt that fails in the SSH handshake is made again over a new channel, not over the dead one.
 * - Errors of the network, of keys and of a local command's start are in the words of Node.js and ssh2, and a local
 *   command that dies from a signal has that signal's name (`signal: SIGTERM`). A privateKeyPassword without need is
 *   ignored. ssh2's algorithms are not quite Go's: of the host keys it knows ed25519, ecdsa and rsa.
 * - In errors, control characters of the far side and directives to the engine are escaped: the official plugin hands them
 *   on, and the engine prints them as they are.
 * - Its diff tells only whether the triggers changed; the engine compares the inputs by itself, in the same detail.
 * - It doesn't take part in previews: the engine shows the inputs, and stdout and stderr are unknown.
 */
import { error, info, warn } from "@pulumi/pulumi/log";
import { main } from "@pulumi/pulumi/provider";
import { DependencyResource } from "@pulumi/pulumi/resource";
import { resetOptions } from "@pulumi/pulumi/runtime/settings";
import { createProvider, type OpenLog } from "./provider";

const send = { error, info, warn };

const openLog: OpenLog = (urn) => {
  const resource = new DependencyResource(urn);
  const deliveries: Promise<void>[] = [];
  return {
    log(severity, message, { passing } = { passing: false }) {
      deliveries.push(send[severity](message, resource, undefined, passing));
    },
    async delivered() {
      await Promise.all(deliveries);
    },
  };
};

// An engine that is killed tells nobody. The official plugin sees that as well, within five minutes.
const engine = process.ppid;
setInterval(() => process.ppid === engine || process.exit(1), 5000).unref();

const args = process.argv.slice(2);
// The engine's address is the one argument that is no flag; the log service needs it.
resetOptions("", "", 0, args.findLast((argument) => !argument.startsWith("-")) ?? "", "", false, "");
main(createProvider(openLog), args);
