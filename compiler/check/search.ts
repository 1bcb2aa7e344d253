import type { Span } from "../diagnostics/source.ts";
import type { Duration } from "../lower/plan.ts";
import type { Entry } from "../syntax/ast.ts";
import { canonical } from "./canonical.ts";
import type { Env } from "./env.ts";
import { evaluateAs } from "./evaluate.ts";
import type { Reporter } from "./reporter.ts";
import { durationOf } from "./schedules.ts";
import { type CallThing, placeIn, type Thing } from "./things.ts";
import { call } from "./type.ts";

/** How a sweep looks for good points of its axes. */
export interface Search {
  readonly kind: "random" | "tpe";
  /** Infinite where `stop` alone ends it. */
  readonly trials: number;
  readonly seed: number;
  /** Hours, or epochs that all trials together are trained. */
  readonly stop: Duration | undefined;
  readonly prune: Pruning | undefined;
}

/** Successive halving: at each rung, `every` times a power of `factor`, the best of `factor` trials go on. */
export interface Pruning {
  /** What is looked at, where it is not what the sweep reports first. */
  readonly metric: { readonly thing: Thing; readonly span: Span } | undefined;
  readonly every: Duration;
  readonly factor: number;
}

const usualRung: Duration = { unit: "epochs", value: 1 };
/** As in the paper (arXiv 1810.05934). */
const usualFactor = 4;

/** Checks what `search` of a sweep says (language rule 72). */
export function searchOf(keys: ReadonlyMap<string, Entry>, env: Env): Search | undefined {
  const { reporter } = env.session;
  const search = keys.get("search");
  if (search === undefined) return undefined;
  const thing = evaluateAs(search.value, env, call("search"), "`search`");
  if (thing.kind !== "call" || (thing.name !== "random" && thing.name !== "tpe")) return undefined;
  const [trials, stop, pruned, seed] = ["trials", "stop", "prune", "seed"].map((name) => thing.args.get(name));
  if (trials === undefined && stop === undefined)
    reporter.report("missing-argument", search.value.span, {
      callee: "a search",
      name: "trials",
      expected: "or `stop`, when it ends",
    });
  checkNumbers(thing, reporter);
  const prune = pruned?.kind === "call" ? pruningOf(pruned) : undefined;
  if (!keys.has("report") && prune?.metric === undefined)
    reporter.report(
      "missing-key",
      search.path.span,
      { where: "a sweep with a search", key: "report" },
      { help: "its first metric is what is searched for, such as report: [score(au)]" },
    );
  return {
    kind: thing.name,
    trials: trials?.kind === "number" ? trials.value : Number.POSITIVE_INFINITY,
    seed: seed?.kind === "number" ? seed.value : 0,
    stop: stop === undefined ? undefined : durationOf(stop),
    prune,
  };
}

function pruningOf(call: CallThing): Pruning {
  const [metric, every, factor] = ["metric", "every", "factor"].map((name) => call.args.get(name));
  return {
    metric: metric && { thing: metric, span: placeIn(call, "metric") },
    every: (every === undefined ? undefined : durationOf(every)) ?? usualRung,
    factor: factor?.kind === "number" ? factor.value : usualFactor,
  };
}

const leastInSearch: Readonly<Record<string, number>> = { trials: 1, factor: 2, seed: 0 };

/** Which units the durations of a search may have. */
const unitsOf: Readonly<Record<string, { readonly units: readonly string[]; readonly expected: string }>> = {
  stop: { units: ["hours", "epochs"], expected: "in hours or epochs, such as 12 hours" },
  every: { units: ["epochs", "steps"], expected: "in epochs or steps, such as 1 epoch" },
};

function checkNumbers(call: CallThing, reporter: Reporter): void {
  for (const [name, thing] of call.args) {
    const least = leastInSearch[name];
    const duration = unitsOf[name];
    if (thing.kind === "call" && thing.family === "pruner") checkNumbers(thing, reporter);
    if (duration !== undefined && thing.kind === "quantity" && !duration.units.includes(thing.unit))
      reporter.report("out-of-range", placeIn(call, name), {
        what: `\`${name}\``,
        expected: duration.expected,
        actual: canonical(thing),
      });
    if (least === undefined || thing.kind !== "number" || thing.value >= least) continue;
    const what = `\`${name}\` of \`${call.name}\``;
    reporter.report("out-of-range", placeIn(call, name), { what, expected: `at least ${least}`, actual: thing.value });
  }
}
