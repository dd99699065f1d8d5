/** A host that can't be dialled as its settings stand, and what to do about it. */
export class TargetError extends Error {}

/** A host that did not answer, as opposed to one that answered and said no. */
export class UnreachableError extends Error {}

/** A host that answered and could not be read. */
export class ReadError extends Error {}

/** A connection that broke off, or over which nothing came any more. */
export class LostError extends ReadError {}
