import type { Part, Values } from "../settings";
import type { Splice } from "./splices";

/** What becomes of one file. */
export interface FilePlan {
  path: string;
  /** Bytes now, as latin1 text; undefined where the file does not exist. */
  content: string | undefined;
  /** Bytes once the splices are done; undefined where the file goes, as it was made by us and holds nothing else. */
  result: string | undefined;
  splices: Splice[];
  /** Whether lines of ours are in it now, and afterwards. */
  hadLines: boolean;
  hasLines: boolean;
}

/** What an administrator should know of a host and its plan does not change. */
export interface Warning {
  /** Where it is, if it is at one place. */
  file?: string;
  line?: number;
  /** A sentence; with a place, what the line there does. */
  message: string;
}

/** A value of a PuTTY session that was there before ours, which nothing in the session's file tells. */
export interface FormerValue {
  path: string;
  key: string;
  /** What we set. */
  ours: number;
  /** What was there; undefined where nothing was. */
  former: number | undefined;
}

/** What a config was read from. */
export interface Sources {
  /** With its bytes as latin1 text; without where it is missing or no regular file. */
  files: { path: string; content: string | undefined }[];
  /** Pattern of an Include line → the files that it named. */
  includes: Record<string, string[]>;
}

/** What becomes of one part of a host. */
export interface PartPlan extends Part {
  /** The main config file, or PuTTY's folder of sessions. */
  path: string;
  /** The host that ssh is asked about. */
  probe?: string;
  /** Undefined where the part is not wanted and what is ours of it, if anything, goes. */
  desired?: Values;
  /** Effective values now: by keyword as OpenSSH reports them; of PuTTY by session, seconds. */
  before: Values;
  /** What they will be. What we let go of is absent: what others set for it is not known before it is tried. */
  after: Values;
  /** What others decide and a user of keepalives should know: `{ TCPKeepAlive: "yes" }`. */
  leftAlone: Record<string, string>;
  /** All files that hold, held or will hold lines of ours, and the main file. */
  files: FilePlan[];
  /** Of sshd's config: all that it was read from, as a reload brings all of it into force. */
  sources?: Sources;
  /** Of PuTTY's sessions that are ours afterwards. */
  former: FormerValue[];
  warnings: Warning[];
}

/** A host's plan. */
export interface Plan {
  parts: PartPlan[];
}
