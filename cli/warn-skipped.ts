import { badRowText } from "../runtime/data/formats/bad-rows.ts";
import type { Run } from "../runtime/run/run-plan.ts";
import { terminal } from "./terminal.ts";

const listed = 20;

/** Lists rows and images that were left out by `--on-bad-row skip`. */
export async function warnSkipped(run: Run): Promise<void> {
  const lines = [...run.skipped.map(badRowText), ...(await run.badImages())];
  if (lines.length === 0) return;
  const { palette, say } = terminal;
  say(
    `${palette.yellow(palette.bold("warning"))}: ${lines.length} ${lines.length === 1 ? "row was" : "rows were"} left out`,
  );
  for (const line of lines.slice(0, listed)) say(`  ${line}`);
  if (lines.length > listed) say(`  and ${lines.length - listed} more`);
}
