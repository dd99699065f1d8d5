import type { RolePlan } from "../../../components/plan";
import type { HostReport } from "../../../components/verify";

/** A server's plan that sets the interval. */
export function serverPlan(over: Partial<RolePlan> = {}): RolePlan {
  return {
    role: "server",
    path: "/etc/ssh/sshd_config",
    desired: { ClientAliveInterval: 300 },
    before: { ClientAliveInterval: 0, ClientAliveCountMax: 3 },
    after: { ClientAliveInterval: 300, ClientAliveCountMax: 3 },
    content: "UsePAM yes\n",
    result: "ClientAliveInterval 300\nUsePAM yes\n",
    splices: [],
    hadLines: false,
    hasLines: true,
    warnings: [],
    ...over,
  };
}

/** A host that would change. */
export function changed(name: string, over: Partial<RolePlan> = {}): HostReport {
  const plan = serverPlan(over);
  return { name, outcome: "changed", plan: { roles: [plan] }, effective: { server: plan.after } };
}

/** Text as a pipe gets it: the engine leaves out its colour directives. */
export function plain(text: string): string {
  return text.replace(/<\{%.*?%\}>/g, "");
}
