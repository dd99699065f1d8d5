/** Why a host is left as it is: what is wrong, where, and what to do. */
export class Refusal extends Error {}
