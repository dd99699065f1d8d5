import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "./cache";
import { exec } from "./exec";
import type { Suite } from "./images";
import { runDir } from "./isolation";
import { type Init, lowerDirs } from "./layers";

/**
 * One host's root directory: an overlay of what the host writes, on what tells it from other hosts (keys, machine-id),
 * on the suite's image and the init's layer. What is not in the cache is on the run's tmpfs.
 */
export class Disk {
  readonly root: string;
  private readonly layers: { identity: string; upper: string; work: string };

  constructor(
    readonly directory: string,
    private readonly suite: Suite,
    private readonly init: Init = "systemd",
  ) {
    const at = (name: string) => join(directory, name);
    this.root = at("root");
    this.layers = { identity: at("identity"), upper: at("upper"), work: at("work") };
  }

  /** Gives the host its identity; returns its ed25519 host key. */
  async create(name: string): Promise<string> {
    const { identity, work } = this.layers;
    for (const directory of [this.root, identity, work]) mkdirSync(directory);
    // Written through an overlay, so that the layer gets the owners and modes of the image's directories.
    await this.overlay(lowerDirs(this.suite, this.init), identity);
    await exec(["ssh-keygen", "-A", "-f", this.root]);
    const write = (path: string, text: string) => writeFileSync(join(this.root, path), text);
    write("etc/machine-id", `${randomBytes(16).toString("hex")}\n`);
    write("etc/hostname", `${name}\n`);
    write("etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${name}\n`);
    const authorized = readFileSync(join(runDir, "key.pub"), "utf8");
    for (const home of ["root", "home/deploy"]) write(join(home, ".ssh/authorized_keys"), authorized);
    const [type, key] = readFileSync(join(this.root, "etc/ssh/ssh_host_ed25519_key.pub"), "utf8").split(" ");
    await this.unmount();
    return `${type} ${key}`;
  }

  /** Mounts the root directory with everything that the host ever wrote gone. */
  async mountPristine(): Promise<void> {
    const { identity, upper, work } = this.layers;
    for (const directory of [upper, work]) {
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory);
    }
    await this.overlay(`${identity}:${lowerDirs(this.suite, this.init)}`, upper);
  }

  /** Makes it writable again: the last act of inits other than systemd is to take that away, from us too. */
  makeWritable = () => exec(["mount", "--options", "remount,rw", "overlay", this.root]);

  unmount = () => exec(["umount", this.root]);

  // Image and layer are named relative to the cache's directory, whose path may hold characters that mean something to mount.
  private overlay(lower: string, upper: string): Promise<Buffer> {
    const options = `lowerdir=${lower},upperdir=${upper},workdir=${this.layers.work}`;
    return exec(["mount", "--types", "overlay", "--options", options, "overlay", this.root], { cwd: cacheDir() });
  }
}
