import type { Outcome } from "../runtime/run/train-plan.ts";
import { type ExitCode, explainFailure } from "./exit-code.ts";
import { terminal } from "./terminal.ts";

/** Says which stages failed and why, each reason once, and which were not begun; gives the exit code, 0 where none failed. */
export function outcomeCode({ failed, left }: Outcome, debug: boolean): ExitCode {
  const { palette, say } = terminal;
  const [first] = failed;
  if (first === undefined) return 0;
  let code: ExitCode = 1;
  const reasons = new Map<string, string[]>();
  for (const { stage, problem } of failed) {
    const known = reasons.get(problem.message);
    if (known !== undefined) known.push(stage.label);
    else {
      reasons.set(problem.message, [stage.label]);
      if (explainFailure(problem, debug) === 2) code = 2;
    }
  }
  for (const labels of reasons.values())
    if (labels.length > 1 || left.length > 0 || reasons.size > 1) say(`  not trained: ${labels.join(", ")}`);
  for (const { stage, needs } of left) say(`  not begun: ${stage.label}, which needs ${needs.label}`);
  if (left.length > 0 || failed.length > 1)
    say(
      `${palette.red(palette.bold("error"))}: ${failed.length + left.length} stages are not trained; the same command tries them again`,
    );
  return code;
}
