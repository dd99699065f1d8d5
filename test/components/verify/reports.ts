import type { FilePlan, PartPlan } from "../../../components/plan";
import type { HostReport } from "../../../components/verify";

/** A server's plan that sets the interval. */
export function serverPlan(over: Partial<PartPlan> = {}, file: Partial<FilePlan> = {}): PartPlan {
  return {
    role: "server",
    path: "/etc/ssh/sshd_config",
    desired: { ClientAliveInterval: 300 },
    before: { ClientAliveInterval: 0, ClientAliveCountMax: 3 },
    after: { ClientAliveInterval: 300, ClientAliveCountMax: 3 },
    leftAlone: { TCPKeepAlive: "yes" },
    files: [
      {
        path: "/etc/ssh/sshd_config",
        content: "UsePAM yes\n",
        result: "ClientAliveInterval 300\nUsePAM yes\n",
        splices: [],
        hadLines: false,
        hasLines: true,
        ...file,
      },
    ],
    former: [],
    warnings: [],
    ...over,
  };
}

/** A host that would change. */
export function changed(name: string, over: Partial<PartPlan> = {}, file: Partial<FilePlan> = {}): HostReport {
  const plan = serverPlan(over, file);
  return { name, outcome: "changed", plan: { parts: [plan] }, effective: { server: plan.after } };
}

/** Text as a pipe gets it: the engine leaves out its colour directives. */
export function plain(text: string): string {
  return text.replace(/<\{%.*?%\}>/g, "");
}
