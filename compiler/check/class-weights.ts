import type { Span } from "../diagnostics/source.ts";
import type { Value } from "../ir/graph.ts";
import { type TaskMeaning, widthOf } from "../library/task.ts";
import type { FactPlan } from "../lower/plan.ts";
import type { Env } from "./env.ts";
import type { LossMaking } from "./loss-making.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import { type CallThing, placeIn, type Thing } from "./things.ts";

/** Weights given as numbers are constants; counted ones are facts that the data decide (language rule 65). */
export function classWeights(
  call: CallThing,
  name: string,
  task: string,
  meaning: TaskMeaning,
  env: Env,
  making: LossMaking,
): Value | undefined {
  const thing = call.args.get(name);
  if (thing === undefined || thing.kind === "none") return undefined;
  const reporter: Reporter = env.session.reporter;
  const { g } = making.built.model;
  const width = widthOf(meaning);
  if (thing.kind === "list") {
    const numbers = thing.items.flatMap((item) => (item.kind === "number" ? [item.value] : []));
    if (numbers.length !== width) {
      return reporter.refuse("out-of-range", placeIn(call, name), {
        what: `the length of \`${name}\``,
        expected: `${width}, as wide as \`${task}\``,
        actual: numbers.length,
      });
    }
    checkWeights(numbers, name, placeIn(call, name), reporter);
    return g.constant("float32", [width], Float32Array.from(numbers));
  }
  if (thing.kind === "map") {
    if (meaning.kind === "scalar") return undefined;
    const numbers = meaning.names.map((label) => {
      const weight = thing.entries.get(label);
      return weight?.kind === "number" ? weight.value : 1;
    });
    const known = new Set(meaning.names);
    const unknown = [...thing.entries.keys()].find((key) => !known.has(key));
    if (unknown !== undefined)
      reporter.refuse(
        "no-member",
        thing.places.get(unknown) ?? call.span,
        { what: `\`${task}\``, name: unknown },
        { help: suggestion(unknown, meaning.names) ?? `it has ${meaning.names.join(", ")}` },
      );
    checkWeights(numbers, name, placeIn(call, name), reporter);
    return g.constant("float32", [width], Float32Array.from(numbers));
  }
  if (thing.kind === "call") checkFrequencies(thing, reporter);
  const kind: FactPlan["kind"] =
    thing.kind === "label" ? (name === "pos_weight" ? "pos_weight" : "balanced") : inverseFrequency(thing);
  return counted(kind, task, kind === "balanced" && meaning.kind === "units" ? [2, width] : [width], making);
}

/** Numbers that are counted before the training. */
export function counted(kind: FactPlan["kind"], task: string, shape: readonly number[], making: LossMaking): Value {
  const input = `${kind}/${task}`;
  making.facts.set(input, { kind, task, shape });
  return making.built.model.g.input("fact", input, { dtype: "float32", shape });
}

/** Either the least or the mean weight is set, above 0. */
function checkFrequencies(thing: CallThing, reporter: Reporter): void {
  if (thing.args.has("min") && thing.args.has("mean"))
    reporter.report("duplicate-argument", placeIn(thing, "mean"), { name: "min` or `mean" });
  for (const name of ["min", "mean"]) {
    const value = thing.args.get(name);
    if (value?.kind === "number" && value.value !== 1)
      reporter.report("out-of-range", placeIn(thing, name), {
        what: `\`${name}\``,
        expected: "1",
        actual: value.value,
      });
  }
}

function checkWeights(numbers: readonly number[], name: string, span: Span, reporter: Reporter): void {
  const negative = numbers.find((number) => number < 0);
  if (negative !== undefined)
    reporter.report("out-of-range", span, { what: `each of \`${name}\``, expected: "at least 0", actual: negative });
}

/** `inverse_frequency(min: 1)` or `(mean: 1)`: which of the two is 1. */
function inverseFrequency(thing: Thing): FactPlan["kind"] {
  return thing.kind === "call" && thing.args.has("mean") ? "inverse_frequency_mean" : "inverse_frequency_min";
}
