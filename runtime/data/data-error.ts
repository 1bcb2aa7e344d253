/** A mistake in the user's data, with its place. */
export class DataError extends Error {
  readonly file: string;
  /** From 1; undefined if it is about the file as a whole. */
  readonly line: number | undefined;
  readonly video: string | undefined;

  constructor(message: string, place: { readonly file: string; readonly line?: number; readonly video?: string }) {
    const at = place.line === undefined ? place.file : `${place.file}:${place.line}`;
    super(`${at}: ${message}${place.video === undefined ? "" : ` (video ${place.video})`}`);
    this.name = "DataError";
    this.file = place.file;
    this.line = place.line;
    this.video = place.video;
  }
}
