/** The parts of a host that can be managed. */
export type Role = "server" | "client";

/** The keywords that belong to a role: our property, OpenSSH's keyword and what else OpenSSH calls it. */
export interface Keyword {
  property: string;
  keyword: string;
  aliases: string[];
}

/** OpenSSH's own names. Debian's ssh knows two more for the client's interval. */
export const KEYWORDS: Record<Role, Keyword[]> = {
  server: [
    { property: "clientAliveInterval", keyword: "ClientAliveInterval", aliases: [] },
    { property: "clientAliveCountMax", keyword: "ClientAliveCountMax", aliases: [] },
  ],
  client: [
    {
      property: "serverAliveInterval",
      keyword: "ServerAliveInterval",
      aliases: ["ProtocolKeepAlives", "SetupTimeOut"],
    },
    { property: "serverAliveCountMax", keyword: "ServerAliveCountMax", aliases: [] },
  ],
};

export const ROLES = Object.keys(KEYWORDS) as Role[];

/** Values by OpenSSH keyword as it is written in a config file, in the order of {@link KEYWORDS}. */
export type Values = Record<string, number>;

/** What is wanted of a host, role by role. A role that is absent is not wanted. */
export type DesiredRoles = Partial<Record<Role, Values>>;
