import type { PresentFile } from "../observe";
import { Activation } from "../settings";
import type { OwnFile } from "./ownFiles";
import type { Block } from "./placement";
import type { FilePlan } from "./plannedPart";
import { Refusal } from "./refusal";
import { applySplices, splicesOf } from "./splices";
import type { Subject } from "./subject";

/**
 * What becomes of the files that have lines of ours, or get some.
 *
 * @param blocks what ours are to be; without it they stay.
 * @throws Refusal where a file can't be changed.
 */
export function filePlans(subject: Subject, own: OwnFile[], blocks?: Block[]): FilePlan[] {
  const { config } = subject;
  const paths = new Set([...own.map(({ file }) => file.path), ...(blocks ?? []).map(({ path }) => path)]);
  const plans = [...paths].map((path) => {
    const ours = own.find(({ file }) => file.path === path);
    const file = config.tree.files[path];
    const content = file?.state === "present" ? file.content : undefined;
    const insertions = (blocks ?? []).filter((block) => block.path === path);
    const hasLines = blocks ? insertions.length > 0 : true;
    const splices = blocks ? splicesOf(ours?.own.ranges ?? [], insertions) : [];
    const result = ours?.goes && !hasLines ? undefined : applySplices(content ?? "", splices);
    const changes = result !== content;
    if (changes && !/^\/[!-~]*$/.test(path.replaceAll("<{%", " ")))
      throw new Refusal(
        `${path} has a blank or an unusual character in its name, which a plan can't carry; move our lines there by hand, or rename it`,
      );
    if (changes && file?.state === "present") refuseSealed(subject, file);
    return { path, content, result, splices: changes ? splices : [], hadLines: ours !== undefined, hasLines };
  });
  if (subject.role === "server" && plans.some(({ content, result }) => content !== result))
    refuseWithoutReload(subject);
  return plans;
}

/** As on NixOS, where config files are made from something else. */
function refuseSealed({ role, user, asked }: Subject, { path, realPath, sealed, exposed }: PresentFile): void {
  if (!sealed && !exposed) return;
  const what = `${path}${realPath === path ? "" : ` (${realPath})`}`;
  if (exposed)
    throw new Refusal(
      `${what} is not changed as root, as others can write its folder or one above; make these root's alone (chown root, chmod go-w)`,
    );
  if (asked.uid !== 0 && user === undefined)
    throw new Refusal(`${what} can't be changed: the login user is not root there; log in as root, or give become`);
  throw new Refusal(
    `${what} can't be changed: it or its folder is read-only or immutable (findmnt -T and lsattr -d show that); ` +
      `mend that, or set the values where that file comes from and ${user === undefined ? `take the ${role} role off this host (enabled: false)` : `take ${user} out of userClients`}`,
  );
}

/** A file that sshd is not told of would look done and not be. */
function refuseWithoutReload({ service = "unknown", activation, config }: Subject): void {
  if (activation === Activation.None) return;
  if (activation === Activation.Restart && service === "pidfile")
    throw new Refusal(
      "its sshd is no service of systemd, OpenRC, runit or sysvinit, so it is not known how it is started anew; give the host " +
        "a reloadCommand, or take activation: reload",
    );
  if (service !== "unknown") return;
  throw new Refusal(
    `how sshd is told of a changed ${config.main} is not known: no service manager has it running, and no sshd runs under ` +
      "its PidFile. Start it in one of these ways, or give the host a reloadCommand",
  );
}
