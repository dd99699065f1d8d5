import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Desired } from "../../components/settings";
import { describeHosts } from "../hosts";
import { LocalHost } from "../support/localHost";
import type { Users } from "../support/users";

const ROLES = { server: { ClientAliveInterval: 60 } };
const ALICE: Partial<Desired> = { parts: [{ role: "client", user: "alice", values: { ServerAliveInterval: 90 } }] };
const ROOM = "4M";
const FIRST_SUBVOLUME = "0/256";
const CONFIG = "Host old\n    Port 23\n";

/** The home of a user on a file system of its own that has a quota, as most have not. */
class Quota {
  private readonly root: string;
  private readonly mounted: string[] = [];

  constructor(
    private readonly folder: string,
    private readonly home: string,
  ) {
    this.root = join(folder, "quota");
  }

  mount(): void {
    const image = join(this.folder, "quota.img");
    run("truncate", "--size=128M", image);
    run("mkfs.btrfs", "--quiet", image);
    mkdirSync(this.root);
    run("mount", "-o", "loop", image, this.root);
    this.mounted.push(this.root);
    run("btrfs", "quota", "enable", this.root);
    // By way of itself it could not be raised once it is used up.
    run("btrfs", "subvolume", "create", join(this.root, "home"));
    const { uid, gid } = statSync(this.home);
    chownSync(join(this.root, "home"), uid, gid);
    run("mount", "--bind", join(this.root, "home"), this.home);
    this.mounted.push(this.home);
    this.limit(ROOM);
  }

  limit(size: string): void {
    run("btrfs", "qgroup", "limit", size, FIRST_SUBVOLUME, this.root);
  }

  /** Nothing more can be written, however little. */
  useUp(): void {
    this.limit("1K");
    const { stderr } = spawnSync("sh", ["-c", 'head -c 1M /dev/zero >"$1/filling"; sync', "sh", this.home]);
    assert.match(String(stderr), /Disk quota exceeded/);
  }

  unmount(): void {
    for (const place of this.mounted.splice(0).reverse()) run("umount", place);
  }
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: "pipe" });
}

/** Why there is no file system here whose quota can be used up. */
function quotaUnavailable(): string | undefined {
  if (!/\bbtrfs$/m.test(readFileSync("/proc/filesystems", "utf8"))) return "this kernel has no btrfs";
  return existsSync("/dev/loop-control") ? undefined : "there are no loop devices";
}

const missing = quotaUnavailable();
describeHosts(`a user whose quota is used up${missing ? ` (skipped: ${missing})` : ""}`, function () {
  this.timeout(120_000);
  let host: LocalHost;
  let users: Users;
  let quota: Quota;
  let original: unknown[];

  before(function () {
    if (missing) this.skip();
  });
  beforeEach(async () => {
    ({ host, users } = await LocalHost.withUsers(["alice"]));
    quota = new Quota(host.file("."), users.home("alice"));
    quota.mount();
    original = host.contents();
  });
  afterEach(async () => {
    try {
      quota?.unmount();
    } finally {
      await host?.stop();
    }
  });

  const config = () => readFileSync(join(users.home("alice"), ".ssh/config"), "latin1");

  it("keeps the config, or none, and the host is as it was; it is told, and done once there is room", async () => {
    for (const had of [undefined, CONFIG]) {
      if (had) users.write("alice", ".ssh/config", had);
      quota.useUp();
      const { text } = await host.plan(ROLES, undefined, ALICE);
      const { status, cause } = await host.apply(text);
      assert.equal(status, "failed");
      assert.match(cause ?? "", /\/\.ssh\/config can't be changed: .*Disk quota exceeded/);
      assert.deepEqual(host.contents(), original);
      if (had) assert.equal(config(), had);
      else assert.deepEqual(readdirSync(users.home("alice")), []);
      quota.limit(ROOM);
      const done = await host.converge(ROLES, ALICE);
      assert.equal(done.status, "changed");
      assert.match(config(), /ServerAliveInterval 90/);
      assert.equal((await host.undo((await host.plan(ROLES, undefined, ALICE)).text)).code, 0);
      assert.deepEqual(host.contents(), original);
    }
  });

  it("keeps our lines where they are to be taken out, and destroy says so; it takes them out once there is room", async () => {
    users.write("alice", ".ssh/config", CONFIG);
    const { text } = await host.plan(ROLES, undefined, ALICE);
    assert.equal((await host.apply(text)).status, "changed");
    const configured = [...host.contents(), config()];
    quota.useUp();
    const { code, stderr } = await host.undo(text);
    assert.equal(code, 1);
    assert.match(stderr, /\/\.ssh\/config can't be changed: .*Disk quota exceeded/);
    assert.deepEqual([...host.contents(), config()], configured);
    quota.limit(ROOM);
    assert.equal((await host.undo(text)).code, 0);
    assert.deepEqual([...host.contents(), config()], [...original, CONFIG]);
  });
});
