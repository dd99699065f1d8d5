import assert from "node:assert/strict";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { Activation } from "../../../components/settings";
import { ACTIVATING } from "../../support/desired";
import { LocalHost, until } from "../../support/localHost";
import { SHELLS } from "./shells";

const DESIRED = { server: { ClientAliveInterval: 60 }, client: { ServerAliveInterval: 75 } };

for (const { name, command, missing } of SHELLS)
  describe(`a change that nobody confirms, with ${name}${missing ? ` (skipped: ${missing})` : ""}`, function () {
    this.timeout(60_000);
    let host: LocalHost;
    let original: unknown[];
    let text: string;

    before(function () {
      if (missing) this.skip();
    });
    beforeEach(async () => {
      host = await LocalHost.start(command);
      original = host.contents();
      text = (await host.plan(DESIRED)).text.replace(/^confirmTimeout .*/m, "confirmTimeout 2");
    });
    afterEach(async () => {
      const leftovers = host?.leftovers();
      await host?.stop();
      assert.deepEqual(leftovers, [], "what the scripts left behind");
    });

    const state = () => /^state (.*)$/m.exec(host.read(host.journal))?.[1];
    const isLocked = () => lstatSync(`${host.journal}.lock`, { throwIfNoEntry: false }) !== undefined;
    const hasGoneBack = () => state() === "failed" && !isLocked();
    const reloads = () => host.read(host.file("sshd.log")).split("Received SIGHUP").length - 1;

    it("goes back by itself, tells sshd so, and says why; a confirmation that comes later is told of it", async () => {
      assert.equal((await host.send("create", text)).status, "unconfirmed");
      assert.notDeepEqual(host.contents(), original);
      assert.equal(state(), "unconfirmed");
      await until(hasGoneBack);
      assert.deepEqual(host.contents(), original);
      assert.equal(reloads(), 2);
      const reason = /no fresh login confirmed it within 2 s, so it went back by itself/;
      assert.match((await host.send("confirm", text)).cause ?? "", reason);
      const next = await host.plan(DESIRED);
      assert.match(next.note ?? "", reason);
      assert.notEqual(next.text, text);
      assert.equal((await host.apply(next.text)).status, "changed");
    });

    it("stays once it is confirmed, however long ago; confirmed twice, it is as once", async () => {
      await host.send("create", text);
      const configured = host.contents();
      assert.deepEqual(await host.send("confirm", text), { status: "changed", effective: {} });
      assert.equal((await host.send("confirm", text)).status, "changed");
      await new Promise((resolve) => setTimeout(resolve, 3500));
      assert.deepEqual(host.contents(), configured);
      assert.equal(state(), "applied");
      assert.equal(reloads(), 1);
    });

    it("is confirmed by a second try where the first was cut off in the middle", async () => {
      await host.send("create", text);
      const configured = host.contents();
      renameSync(`${host.journal}.transaction/armed`, `${host.journal}.transaction/confirmed`);
      assert.equal(state(), "unconfirmed");
      assert.equal((await host.send("confirm", text)).status, "changed");
      assert.equal(state(), "applied");
      assert.deepEqual(host.contents(), configured);
    });

    it("keeps what others wrote meanwhile", async () => {
      await host.send("create", text);
      host.edit(host.sshConfig, (content) => `${content}# meanwhile\n`);
      const edited = host.read(host.sshConfig);
      await until(hasGoneBack);
      assert.equal(host.read(host.sshConfig), edited);
      assert.match(host.read(host.journal), /cause .*ssh_config was changed meanwhile, so it stays/);
      assert.ok(!existsSync(host.dropIn));
    });

    it("goes back at once where the run is killed half-way, and leaves no candidate", async () => {
      const sign = host.file("sign");
      const wrapper = host.file("ssh.wrapper");
      const ssh = /^ssh (.*)$/m.exec(text)?.[1];
      // The third question to ssh is the first one after the files were replaced.
      const script = `#!/bin/sh\necho >>${sign}.calls\n[ "$(wc -l <${sign}.calls)" -ne 4 ] || { touch ${sign}; sleep 20; }\nexec ${ssh} "$@"\n`;
      writeFileSync(wrapper, script, { mode: 0o755 });
      await host.killOnce("create", text.replace(/^ssh .*/m, `ssh ${wrapper}`), sign);
      assert.notDeepEqual(host.contents(), original);
      await until(hasGoneBack);
      assert.deepEqual(host.contents(), original);
      assert.match(host.read(host.journal), /^cause the run was cut off half-way, so it went back by itself$/m);
    });
  });

describe("a host at which somebody is at work", function () {
  this.timeout(90_000);
  let host: LocalHost;

  beforeEach(async () => {
    host = await LocalHost.start();
  });
  afterEach(() => host.stop());

  it("lets a second run wait, and then refuses what was planned before", async () => {
    const { text } = await host.plan(DESIRED);
    const other = (await host.plan({ server: { ClientAliveInterval: 90 } })).text;
    await host.send("create", text.replace(/^confirmTimeout .*/m, "confirmTimeout 3"));
    const second = await host.send("create", other);
    // By then the first one, which nobody confirmed, had gone back.
    assert.equal(second.status, "unconfirmed");
    assert.match(host.read(host.dropIn), /ClientAliveInterval 90/);
    await host.send("confirm", other);
    assert.match((await host.send("confirm", text)).cause ?? "", /another run has changed this host meanwhile/);
  });

  it("takes the lock of one who is no more, also of another boot", async () => {
    const { text } = await host.plan(DESIRED);
    for (const dead of ["1,1,another-boot", `${process.pid},0,-`, "nonsense", "4194303,5,x"]) {
      symlinkSync(dead, `${host.journal}.lock`);
      assert.equal((await host.apply(text)).status, dead === "1,1,another-boot" ? "changed" : "unchanged");
      assert.equal(lstatSync(`${host.journal}.lock`, { throwIfNoEntry: false }), undefined);
    }
  });
});

describe("a host whose sshd is to be told nothing", function () {
  this.timeout(90_000);
  let host: LocalHost;

  beforeEach(async () => {
    host = await LocalHost.start();
  });
  afterEach(() => host.stop());

  it("is done without a reload, and is told once that is wanted, though no value changes", async () => {
    const reloads = () => host.read(host.file("sshd.log")).split("Received SIGHUP").length - 1;
    const silent = { ...ACTIVATING, activation: Activation.None };
    const { text } = await host.plan(DESIRED, undefined, { activating: silent });
    assert.equal((await host.send("create", text)).status, "changed");
    assert.equal(reloads(), 0);
    const told = await host.plan(DESIRED);
    assert.ok(!told.settled);
    assert.equal((await host.apply(told.text)).status, "changed");
    assert.equal(reloads(), 1);
    assert.ok((await host.plan(DESIRED)).settled);
  });
});

describe("a host that lost its power while a file with two names was written", function () {
  this.timeout(60_000);
  let host: LocalHost;

  let kept: string;
  let original: string;

  beforeEach(async () => {
    host = await LocalHost.start();
    linkSync(host.sshConfig, host.file("other-name"));
    original = host.read(host.sshConfig);
    const { text } = await host.plan(DESIRED);
    await host.apply(text);
    const done = host.read(host.sshConfig);
    // As the power cut leaves it: what was armed is there, and nobody watches.
    kept = `${host.journal}.transaction`;
    mkdirSync(kept);
    writeFileSync(`${kept}/plan`, text);
    writeFileSync(`${kept}/changed`, " 1\n");
    writeFileSync(`${kept}/run`, "4711\n");
    writeFileSync(`${kept}/1.file`, `client ${host.sshConfig} x y\n`);
    writeFileSync(`${kept}/1.old`, original, "latin1");
    writeFileSync(`${kept}/1.new`, done, "latin1");
    host.write(host.sshConfig, done.slice(0, 40));
  });
  afterEach(() => host.stop());

  it("has that file as it was before anything else is done, and says so", async () => {
    const next = await host.plan(DESIRED);
    // It fails as a resource: were it a replacement, the deletion of the old one would take our lines out.
    await assert.rejects(
      host.send("create", next.text),
      /ssh_config ?was half written when the host lost its power; it is as it was before; run it again/,
    );
    assert.equal(host.read(host.sshConfig), original);
    assert.equal(readFileSync(host.file("other-name"), "latin1"), original);
    assert.equal((await host.converge(DESIRED)).status, "changed");
    assert.ok(!existsSync(kept));
  });

  it("is left alone, and keeps what was there, where that can't be put back; it is once the way is free", async () => {
    const obstacle = host.file(".ssh_config.ssh-keepalive-4711");
    host.write(`${obstacle}/file`, "");
    const { text } = await host.plan(DESIRED);
    const untold =
      /ssh_config is half written since the host lost its power and can't be put back \(.*\); what was there is in /;
    for (const again of [text, text]) await assert.rejects(host.send("create", again), untold);
    const { code, stderr } = await host.undo(text);
    assert.equal(code, 1);
    assert.match(stderr, untold);
    assert.equal(readFileSync(`${kept}/1.old`, "latin1"), original);
    rmSync(obstacle, { recursive: true });
    await assert.rejects(host.send("create", text), /it is as it was before; run it again/);
    assert.equal(host.read(host.sshConfig), original);
    assert.equal((await host.converge(DESIRED)).status, "changed");
  });
});
