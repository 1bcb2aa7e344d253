import type { Expr, SweepNode } from "../syntax/ast.ts";
import { canonical } from "./canonical.ts";
import { instanceOf } from "./declarations.ts";
import { type Env, inner } from "./env.ts";
import { evaluate, forEachSuffix, keyOf } from "./evaluate.ts";
import type { Reporter } from "./reporter.ts";
import { stageThing } from "./stages.ts";
import type { StageThing, SweepThing, Thing } from "./things.ts";
import { describeThing } from "./type.ts";

const pointsLimit = 10_000;

/** `sweep n = [stage, ..] {..}` or `sweep n = stage { over: {axis: list, ..} }` (language rule 71). */
export function sweepThing(node: SweepNode, env: Env): Thing {
  const reporter: Reporter = env.session.reporter;
  let value = evaluate(node.value, env);
  if (value.kind === "declaration") value = instanceOf(env.session, value, node.value.span) ?? value;
  if (value.kind === "poison") return value;
  const over = node.body.entries.find(({ path }) => path.segments[0]?.name.text === "over");
  for (const { path } of node.body.entries) {
    const key = path.segments[0]?.name.text ?? "";
    if (key === "search" || key === "seeds") reporter.report("not-yet", path.span, { what: `\`${key}\` of a sweep` });
    else if (key !== "over" && key !== "report") reporter.report("unknown-key", path.span, { where: "a sweep", key });
  }
  const points: { label: string; stage: StageThing; span: typeof node.span }[] = [];
  if (value.kind === "list") {
    for (const item of value.items) {
      const stage = item.kind === "declaration" ? instanceOf(env.session, item, node.value.span) : item;
      if (stage?.kind === "stage") points.push({ label: stage.label, stage, span: node.value.span });
      else if (stage?.kind !== "poison") {
        reporter.refuse("wrong-type", node.value.span, {
          what: "each point of a sweep",
          expected: "a stage",
          actual: describeThing(item),
        });
      }
    }
  } else if (value.kind === "stage") {
    const stage = value;
    if (over === undefined)
      return reporter.refuse("missing-key", node.span, { where: "a sweep of one stage", key: "over" });
    grid(over.value, env, (axes) => {
      if (points.length >= pointsLimit) {
        reporter.refuse("out-of-range", over.span, {
          what: "the number of points",
          expected: `at most ${pointsLimit}`,
          actual: "more",
        });
      }
      const changes = axes.map(({ name, thing, span }) => ({
        path: name.split("."),
        expr: { kind: "name", span, name } satisfies Expr,
        env: inner(env, [[name, thing]]),
        span,
      }));
      const label = axes.map(({ name, thing }) => `${name}: ${canonical(thing)}`).join(", ");
      points.push({
        label,
        stage: stageThing(env.session, {
          ...stage,
          bound: stage.base.bound,
          changes: [...stage.base.changes, ...changes],
        }),
        span: over.span,
      });
    });
  } else {
    return reporter.refuse("wrong-type", node.value.span, {
      what: "what a sweep is of",
      expected: "a stage or a list of stages",
      actual: describeThing(value),
    });
  }
  const firsts = new Map<string, string>();
  for (const { label, stage, span } of points) {
    const before = firsts.get(stage.key);
    if (before !== undefined) reporter.report("variants-equal", span, { other: before });
    else firsts.set(stage.key, label);
  }
  return { kind: "sweep", name: node.name.text, points } satisfies SweepThing;
}

interface AxisPoint {
  readonly name: string;
  readonly thing: Thing;
  readonly span: SweepNode["span"];
}

/** Every combination of axes, left to right; a later axis may read an earlier one. */
function grid(over: Expr, env: Env, point: (axes: readonly AxisPoint[]) => void): void {
  const reporter: Reporter = env.session.reporter;
  if (over.kind !== "map") {
    reporter.refuse("wrong-type", over.span, { what: "`over`", expected: "a map of lists", actual: "something else" });
  }
  const { entries } = over;
  const step = (i: number, place: Env, axes: readonly AxisPoint[]): void => {
    const entry = entries[i];
    if (entry === undefined) {
      point(axes);
      return;
    }
    const name =
      entry.path.segments.length === 1
        ? keyOf(entry.path, place)
        : entry.path.segments.map((segment) => segment.name.text).join(".");
    forEachSuffix(entry.suffixes, place, (here) => {
      const list = evaluate(entry.value, here);
      if (list.kind === "poison") return;
      if (list.kind !== "list") {
        if (list.kind === "range")
          reporter.refuse("not-yet", entry.value.span, { what: "a range in `over`, which needs a search," });
        reporter.refuse("wrong-type", entry.value.span, {
          what: `the axis \`${name}\``,
          expected: "a list",
          actual: describeThing(list),
        });
      }
      if (list.items.length === 0) reporter.refuse("empty-list", entry.value.span, { callee: `the axis \`${name}\`` });
      for (const thing of list.items) {
        step(i + 1, inner(here, [[name, thing]]), [...axes, { name, thing, span: entry.path.span }]);
      }
    });
  };
  step(0, env, []);
}
