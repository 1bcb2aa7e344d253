/** A mistake of ours, never of the user. */
export class InternalError extends Error {
  constructor(message: string) {
    super(`${message} (this is a mistake in abaw: please report it with the spec)`);
    this.name = "InternalError";
  }
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/** Ends a switch over a union: adding a member without handling it does not compile. */
export function assertNever(value: never): never {
  throw new InternalError(`unexpected ${JSON.stringify(value)}`);
}
