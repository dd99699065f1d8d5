import { dirname } from "node:path";
import type { Host } from "../../hosts";
import { type Example, examples } from "../pages";
import { COMPONENT, diagnosticsOf, type Scenario, Stage } from "../stage";

/** The settings' names of OpenSSH's keywords, as `sshd -T` and `ssh -G` print them. */
const KEYWORD = /^(client|server)alive(interval|countmax)$/;

/** Where /etc/ssh is kept as Debian installs it. */
const STOCK = "/root/stock";

/** What a preview says of each example, and what OpenSSH itself says to those asked once it is applied. */
export function exampleOutputs(): Promise<Record<string, string>> {
  return Stage.play(["web-1"], examples().map(plays));
}

function plays(example: Example): Scenario {
  return async (stage) => {
    const host = stage.host(0);
    await put(host, example.files);
    const { name, address, hostKey } = host;
    // As root: few of these configs say `UsePAM yes`, without which sshd lets no user in who has no password.
    stage.use({ hosts: [{ name, address, hostKey }], ...example.settings });
    const preview = diagnosticsOf(COMPONENT, await stage.run("preview"));
    await stage.run("up --yes --skip-preview");
    const answers: string[] = [];
    for (const whom of example.asks) answers.push(await answer(host, whom, keywordsOf(example)));
    return { [example.name]: [preview, ...answers].join("") };
  };
}

/** Makes the host one that has these configs, else what Debian installs, and never had us. */
async function put(host: Host, files: Record<string, string>): Promise<void> {
  const folders = [...new Set(Object.keys(files).map(dirname))];
  const { code, stderr } = await host.run(
    `[ -d ${STOCK} ] || cp -a /etc/ssh ${STOCK} && rm -rf /var/lib/ssh-keepalive /etc/ssh && cp -a ${STOCK} /etc/ssh &&
    mkdir -p ${folders.join(" ")}`,
  );
  if (code !== 0) throw new Error(stderr);
  for (const [path, text] of Object.entries(files)) await host.write(path, text);
  await host.run("systemctl reload ssh");
}

function keywordsOf({ settings }: Example): string[] {
  const roles = ["server", "client"].map((role) => settings[role] ?? {});
  return roles
    .flatMap((role) => Object.keys(role).map((name) => name.toLowerCase()))
    .filter((name) => KEYWORD.test(name));
}

async function answer(host: Host, whom: string, keywords: string[]): Promise<string> {
  const command = whom === "everybody" ? "sshd -T" : whom.includes("=") ? `sshd -T -C ${whom}` : `ssh -G ${whom}`;
  const { code, stdout, stderr } = await host.run(command);
  if (code !== 0) throw new Error(`${command}: ${stderr}`);
  const lines = stdout.split("\n").filter((line) => keywords.includes(line.split(" ")[0] as string));
  return [`$ ${command} | grep -i ${keywords.join(" -e ")}`, ...lines, ""].join("\n");
}
