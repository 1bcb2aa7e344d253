import { DataError } from "../data-error.ts";

export interface BadRow {
  readonly file: string;
  /** From 1; undefined where it is the file itself. */
  readonly line: number | undefined;
  readonly video: string | undefined;
  readonly reason: string;
}

export type OnBadRow = "error" | "skip";

/** A bad row as a line for people. */
export function badRowText({ file, line, video, reason }: BadRow): string {
  const at = line === undefined ? file : `${file}:${line}`;
  return `${at}: ${reason}${video === undefined ? "" : ` (video ${video})`}`;
}

const shown = 20;

/** Collects rows that cannot be used; refused together at the end, or counted and listed. */
export class BadRows {
  readonly rows: BadRow[] = [];

  add(row: BadRow): void {
    this.rows.push(row);
  }

  /** Throws unless bad rows are to be skipped. */
  settle(policy: OnBadRow): readonly BadRow[] {
    const [first] = this.rows;
    if (policy === "skip" || first === undefined) return this.rows;
    const others = this.rows.slice(1, shown).map((row) => `  ${badRowText(row)}`);
    const rest = this.rows.length > shown ? [`  and ${this.rows.length - shown} more`] : [];
    const help = "repair the file, or skip such rows with --on-bad-row skip";
    throw new DataError([first.reason, ...others, ...rest, `  help: ${help}`].join("\n"), {
      file: first.file,
      ...(first.line === undefined ? {} : { line: first.line }),
      ...(first.video === undefined ? {} : { video: first.video }),
    });
  }
}
