/** Why what a file holds is not known, though it may be right: its header is of a kind that is not read. */
export class UnreadHeader extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "UnreadHeader";
  }
}
