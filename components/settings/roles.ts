/** The parts of a host that can be managed. */
export type Role = "server" | "client" | "putty";

/** The roles whose values OpenSSH has, and tells. */
export type OpenSshRole = Exclude<Role, "putty">;

/** The keywords that belong to a role: our property, OpenSSH's keyword and what else OpenSSH calls it. */
export interface Keyword {
  property: string;
  keyword: string;
  aliases: Alias[];
}

/** A name of a keyword's in some releases. */
export interface Alias {
  name: string;
  /** The first release, as major and minor, in which it stands for something else. */
  until?: [number, number];
}

/** OpenSSH's own names. Debian's ssh knows two more for the client's interval. */
export const KEYWORDS: Record<OpenSshRole, Keyword[]> = {
  server: [
    { property: "clientAliveInterval", keyword: "ClientAliveInterval", aliases: [] },
    { property: "clientAliveCountMax", keyword: "ClientAliveCountMax", aliases: [] },
  ],
  client: [
    {
      property: "serverAliveInterval",
      keyword: "ServerAliveInterval",
      // From 9.9 on Debian's SetupTimeOut is ConnectTimeout.
      aliases: [{ name: "ProtocolKeepAlives" }, { name: "SetupTimeOut", until: [9, 9] }],
    },
    { property: "serverAliveCountMax", keyword: "ServerAliveCountMax", aliases: [] },
  ],
};

export const OPENSSH_ROLES = Object.keys(KEYWORDS) as OpenSshRole[];

/** Values by OpenSSH keyword as it is written in a config file, in the order of {@link KEYWORDS}; PuTTY's by session. */
export type Values = Record<string, number>;
