/** A command that cannot be carried out as it was given: the user's mistake. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
