import { DataError } from "../data-error.ts";

export interface BadRow {
  readonly file: string;
  readonly line: number;
  readonly video: string | undefined;
  readonly reason: string;
}

export type OnBadRow = "error" | "skip";

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
    const others = this.rows
      .slice(1, shown)
      .map(
        ({ file, line, video, reason }) =>
          `  ${file}:${line}: ${reason}${video === undefined ? "" : ` (video ${video})`}`,
      );
    const rest = this.rows.length > shown ? [`  and ${this.rows.length - shown} more`] : [];
    const help = "repair the file, or skip such rows with --on-bad-row skip";
    throw new DataError([first.reason, ...others, ...rest, `  help: ${help}`].join("\n"), {
      file: first.file,
      line: first.line,
      ...(first.video === undefined ? {} : { video: first.video }),
    });
  }
}
