/** A spec with mistakes, or with more than this version can do; all printed. */
export class SpecMistakes extends Error {
  constructor(path: string) {
    super(`${path} has mistakes`);
    this.name = "SpecMistakes";
  }
}
