import { readFound } from "../runtime/search/search-file.ts";
import type { Checked } from "./checked-spec.ts";
import { runFolderOf } from "./open-run.ts";
import type { SpecOptions } from "./read-spec.ts";
import { UsageError } from "./usage-error.ts";

/** A command's options, with what the run's folder says of the spec's searches and choices. */
export function withResults<Options extends SpecOptions>(
  path: string,
  options: Options & { readonly out?: string },
): Options & { readonly out?: string } {
  return { ...options, results: readFound(runFolderOf(path, options.out)).results };
}

/** Refuses a plan in which something stands for the best of several that is not known yet. */
export function withoutChoices(checked: Checked): Checked {
  if (checked.plan.choices.length === 0) return checked;
  throw new UsageError(
    `which stage \`best\` chooses is known once they are trained; \`abaw run ${checked.path}\` trains them`,
  );
}
