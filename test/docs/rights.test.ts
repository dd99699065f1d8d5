import assert from "node:assert/strict";
import { describeHosts, type Host } from "../hosts";
import { readPage } from "./pages";
import { Stage } from "./stage";

const RUN_ADDRESS = "10.99.0.1";

/** The lines of a page below `<!-- tried: NAME -->`. */
function tried(page: string, name: string): string {
  const [, lines] = new RegExp(`^<!-- tried: ${name} -->\n\`\`\`\n(.*?)^\`\`\`$`, "ms").exec(readPage(page)) ?? [];
  assert.ok(lines, `${page} has no lines for ${name}`);
  return lines;
}

describeHosts("the rights that the pages give are enough", () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.create();
    for (const host of stage.hosts) await host.run("rm /etc/sudoers.d/*");
  });
  after(() => stage?.remove());

  /** Changes and undoes a host with what the pages say, whose login is `over` the usual one. */
  async function manage(host: Host, over: object): Promise<void> {
    stage.configure({ hosts: [{ ...stage.entry(host), ...over }] });
    assert.match(await stage.run("up --yes --skip-preview"), /recap: ok=0 changed=1 /);
    await stage.run("destroy --yes --skip-preview");
  }

  /** Puts options and restrictions before the key in deploy's authorized_keys. */
  async function restrict(host: Host, line: string): Promise<void> {
    const options = line.slice(0, line.indexOf(" ssh-ed25519 "));
    await host.run(`sed -i '1s|^|${options} |' /home/deploy/.ssh/authorized_keys`);
  }

  it("by sudo: /bin/sh and nothing else, with a key that is good for one address and nothing else", async () => {
    const host = stage.host(0);
    await host.write("/etc/sudoers.d/ssh-keepalive", tried("docs/howto/least-rights.md", "sudoers"));
    await restrict(host, tried("docs/howto/least-rights.md", "authorized_keys").replace("192.0.2.5", RUN_ADDRESS));
    await manage(host, { become: { method: "sudo" } });
    assert.notEqual((await host.run("sudo -n /usr/bin/id", { user: "deploy" })).code, 0);
  });

  it("by doas: /bin/sh and nothing else", async () => {
    const host = stage.host(1);
    await host.write("/etc/doas.conf", tried("docs/howto/least-rights.md", "doas"), 0o600);
    await manage(host, { become: { method: "doas" } });
    assert.notEqual((await host.run("doas -n /usr/bin/id", { user: "deploy" })).code, 0);
  });

  it("on a jump host: a way through to one address, and no command", async () => {
    const [jump, host] = [stage.host(1), stage.host(2)];
    await host.write("/etc/sudoers.d/ssh-keepalive", tried("docs/howto/least-rights.md", "sudoers"));
    await restrict(jump, tried("docs/howto/jump-host.md", "authorized_keys").replace("10.0.0.11", host.address));
    await manage(host, { proxy: { address: jump.address, hostKey: jump.hostKey } });
  });
});
