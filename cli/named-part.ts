import { suggestion } from "../compiler/check/nearest.ts";
import { namesIn, planPart } from "../runtime/run/plan-part.ts";
import type { Checked } from "./checked-spec.ts";
import { lookInto } from "./read-spec.ts";
import { UsageError } from "./usage-error.ts";

/**
 * What of a checked spec some sweeps, assemblies and stages need; all of it where none is named. A stage is named by its label or, as for
 * `explain`, by whatever is it in the spec: another name, `alone(au)`, `table[length: 5]`.
 */
export function namedPart(checked: Checked, names: readonly string[]): Checked {
  if (names.length === 0) return checked;
  const labels = names.map((name) => labelOf(checked, name));
  const found = planPart(checked.plan, labels);
  if ("plan" in found) return { ...checked, plan: found.plan };
  throw unknownName(checked, found.unknown);
}

function labelOf(checked: Checked, name: string): string {
  const known = namesIn(checked.plan);
  if (known.includes(name)) return name;
  const { analysis } = lookInto(checked.path, checked.options, [name]);
  const [asked] = analysis.asked;
  const { thing } = asked ?? {};
  const stage =
    thing?.kind === "stage" && asked?.path === ""
      ? analysis.stages.find((each) => each.checked.stage.key === thing.key)
      : undefined;
  const hash = stage?.plan.hash;
  const label = hash === undefined ? undefined : checked.plan.stages.find((each) => each.hash === hash)?.label;
  if (label === undefined) throw unknownName(checked, name);
  return label;
}

function unknownName({ path, plan }: Checked, name: string): UsageError {
  const known = namesIn(plan);
  const help = suggestion(name, known) ?? `\`abaw explain ${path}\` lists what it has`;
  return new UsageError(`${path} has no sweep, assembly or stage ${JSON.stringify(name)}; ${help}`);
}
