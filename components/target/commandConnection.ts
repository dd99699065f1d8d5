import type { remote } from "@pulumi/command/types/input";
import type { Endpoint, RemoteTarget } from "./target";

/**
 * The same target for the command plugin. It is dialled right after the host was read, so two retries
 * are enough; the plugin's own ten would hold up the fleet for minutes on a host that died meanwhile.
 */
export function commandConnection(target: RemoteTarget): remote.ConnectionArgs {
  const { proxy, connectTimeout } = target;
  return { ...hop(target, connectTimeout), proxy: proxy && hop(proxy, connectTimeout) };
}

function hop(
  { address, port, user, hostKey, privateKey, privateKeyPassword, password, agentSocketPath }: Endpoint,
  connectTimeout: number,
) {
  return {
    host: address,
    port,
    user,
    hostKey,
    privateKey,
    privateKeyPassword,
    password,
    agentSocketPath,
    dialErrorLimit: 2,
    perDialTimeout: connectTimeout,
  };
}
