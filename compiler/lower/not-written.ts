/** What a spec asks to be written is right, and this version cannot write it. */
export class NotWritten extends Error {
  constructor(what: string) {
    super(`this version cannot write ${what}`);
    this.name = "NotWritten";
  }
}

/** In the place of a graph: a plan with such an export is made all the same, to be looked at. */
export function refuseGraph(what: string): never {
  throw new NotWritten(what);
}
