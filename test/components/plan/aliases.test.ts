import assert from "node:assert/strict";
import { plan } from "../../../components/plan";
import { desire } from "../../support/desired";
import { observedHost, presentFile } from "./observed";

const SSH = "/etc/ssh/ssh_config";

/** Which lines of others are told of that ours come before, with a release of Debian's ssh. */
function overridden(content: string, version: string): string[] {
  const observation = observedHost({
    files: { [SSH]: presentFile(SSH, content) },
    programs: { ssh: { path: "/usr/bin/ssh", version } },
    effective: { client: { code: 0, output: "serveraliveinterval 30\nserveralivecountmax 3\n" } },
  });
  const [part] = plan(desire({ client: { ServerAliveInterval: 60 } }), observation, []).parts;
  return part?.warnings.map(({ message }) => message) ?? [];
}

describe("Debian's other names of ServerAliveInterval", () => {
  const told = ["sets ServerAliveInterval 30: ours comes first, so it has no effect"];

  it("are known", () => {
    for (const version of ["OpenSSH_8.4p1", "OpenSSH_9.2p1"])
      for (const name of ["ProtocolKeepAlives", "setuptimeout"])
        assert.deepEqual(overridden(`${name} 30\n`, version), told, `${name} of ${version}`);
  });

  it("are not what they were from 9.9 on, where SetupTimeOut is ConnectTimeout", () => {
    for (const version of ["OpenSSH_9.9p1", "OpenSSH_10.0p2"]) {
      assert.deepEqual(overridden("SetupTimeOut 30\n", version), []);
      assert.deepEqual(overridden("ProtocolKeepAlives 30\n", version), told);
    }
  });
});
