import { SSHD_CONFIG } from "../../e2e/crowd";
import { COMPONENT, diagnosticsOf, resourcesOf, type Scenario, STACK, Stage } from "../stage";

const INVENTORY = `Match exec "test -f /tmp/office"
    User me
Host web-1
    ProxyCommand nc %h %p
Host web-2
    ProxyJump first,second
`;

/** Three hosts through days of a stack. Each scenario starts where the one before has ended. */
export function fleetOutputs(): Promise<Record<string, string>> {
  const scenarios = [firstHost, threeHosts, drift, badSettings, badInventory, sudoWithPassword, fortyHosts];
  return Stage.play(["web-1", "web-2", "web-3"], scenarios);
}

const firstHost: Scenario = async (stage) => {
  stage.configure({ hosts: [stage.entry(stage.host(0))] });
  const preview = await stage.run("preview");
  const up = await stage.run("up --yes --skip-preview");
  const again = await stage.run("preview --expect-no-changes");
  const destroy = await stage.run("destroy --yes --skip-preview");
  return {
    "first-preview": diagnosticsOf(COMPONENT, preview),
    "first-up": diagnosticsOf(COMPONENT, up),
    "first-again": diagnosticsOf(COMPONENT, again),
    "first-destroy": resourcesOf(destroy),
  };
};

/** One with a Match of somebody's, one that has the values already, one that is down. */
const threeHosts: Scenario = async (stage) => {
  const [web1, web2, web3] = [stage.host(0), stage.host(1), stage.host(2)];
  await web1.write("/etc/ssh/sshd_config.d/50-backup.conf", "Match User backup\n    ClientAliveInterval 30\n");
  await web2.write("/etc/ssh/sshd_config.d/10-alive.conf", "ClientAliveInterval 300\nClientAliveCountMax 2\n");
  await web2.write("/etc/ssh/ssh_config.d/10-alive.conf", "ServerAliveInterval 300\nServerAliveCountMax 2\n");
  for (const host of [web1, web2]) await host.run("systemctl reload ssh");
  await web3.cutNetwork();
  stage.configure();
  const preview = await stage.run("preview");
  const up = await stage.run("up --yes --skip-preview", 1);
  await web3.restoreNetwork();
  await stage.run("up --yes --skip-preview");
  return {
    preview: diagnosticsOf(COMPONENT, preview),
    up: diagnosticsOf(COMPONENT, up),
    "up-error": diagnosticsOf(STACK, up),
  };
};

const drift: Scenario = async (stage) => {
  await stage
    .host(0)
    .run(
      "sed -i 's/^ClientAliveInterval 300/ClientAliveInterval 3000/' /etc/ssh/sshd_config.d/*ssh-keepalive* && systemctl reload ssh",
    );
  const preview = await stage.run("preview");
  const expecting = await stage.run("preview --expect-no-changes", 7);
  const json = await stage.run("preview --json");
  const up = await stage.run("up --yes --skip-preview");
  const report = reportIn(json);
  return {
    drift: diagnosticsOf(COMPONENT, preview),
    "drift-refused": `${expecting.trim().split("\n").at(-1)}\n`,
    "drift-repaired": diagnosticsOf(COMPONENT, up),
    "json-report": pretty({ ...report, hosts: report.hosts.map((host) => ({ ...host, roles: host.roles.length })) }),
    "json-host": pretty(report.hosts[0]),
  };
};

const badSettings: Scenario = async (stage) => {
  stage.configure({ server: { clientAliveIntervall: 300, clientAliveCountMax: -1 } });
  const preview = await stage.run("preview", 1);
  stage.configure();
  return { "bad-settings": diagnosticsOf(STACK, preview) };
};

const badInventory: Scenario = async (stage) => {
  stage.configure({ hosts: [], inventory: { sshConfig: stage.write("inventory", INVENTORY) } });
  const preview = await stage.run("preview", 1);
  stage.configure();
  return { "inventory-refused": diagnosticsOf(STACK, preview) };
};

const sudoWithPassword: Scenario = async (stage) => {
  await stage.host(1).run("rm /etc/sudoers.d/*; echo 'deploy ALL=(ALL) ALL' >/etc/sudoers.d/deploy");
  stage.configure({ server: { clientAliveInterval: 240, clientAliveCountMax: 2 } });
  const up = await stage.run("up --yes --skip-preview", 1);
  return { "up-failed": diagnosticsOf(COMPONENT, up), "up-failed-error": diagnosticsOf(STACK, up) };
};

/** Forty that are alike and one with a line of its own; the client role is the same again. */
const fortyHosts: Scenario = async (stage) => {
  const names = Array.from({ length: 40 }, (_, i) => `web-${String(i + 1).padStart(2, "0")}`);
  const crowd = stage.crowd();
  try {
    const hosts = [await crowd.start("db-1", "127.1.1.1", `${SSHD_CONFIG}ClientAliveInterval 60\n`)];
    for (const [i, name] of names.entries()) hosts.push(await crowd.start(name, `127.1.0.${i + 1}`));
    stage.configure({ hosts, client: { enabled: false } });
    return { "forty-hosts": diagnosticsOf(COMPONENT, await stage.run("preview")) };
  } finally {
    await crowd.stop();
  }
};

interface Report {
  hosts: { name: string; roles: unknown[] }[];
}

/** What the jq line of docs/report.md picks. */
function reportIn(output: string): Report {
  const { diagnostics } = JSON.parse(output.slice(output.indexOf("{"))) as { diagnostics: { message: string }[] };
  const message = diagnostics.map(({ message }) => message).find((text) => text.includes('"ssh-keepalive/report/1"'));
  if (message === undefined) throw new Error("there is no report among the diagnostics");
  return JSON.parse(message) as Report;
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
