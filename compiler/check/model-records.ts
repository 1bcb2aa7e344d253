import { isCountable, printShape, sameShape } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";
import type { ModelBuild, ParameterBuild, StateBuild } from "./model-build.ts";
import type { Reporter } from "./reporter.ts";

/** The weight at a path; one that is there must have this shape. */
export function addParameter(reporter: Reporter, build: ModelBuild, wanted: Omit<ParameterBuild, "value">): Value {
  const { path, shape, span } = wanted;
  const known = build.parameters.get(path);
  if (known === undefined) {
    if (!isCountable(shape))
      reporter.refuse("out-of-range", span, {
        what: `the weight \`${path}\``,
        expected: "of at most 2^53 numbers",
        actual: printShape(shape),
      });
    const value = build.g.input("parameter", path, { dtype: "float32", shape });
    build.parameters.set(path, { ...wanted, value });
    return value;
  }
  if (!sameShape(known.shape, shape)) {
    reporter.refuse(
      "one-layer-two-shapes",
      span,
      { path, before: printShape(known.shape), now: printShape(shape) },
      { related: [{ span: known.span, text: "first used here" }] },
    );
  }
  return known.value;
}

/** The running statistic at a path. */
export function addState(build: ModelBuild, { path, shape, start }: Omit<StateBuild, "value" | "next">): StateBuild {
  const known = build.states.get(path);
  if (known !== undefined) return known;
  const value = build.g.input("state", path, { dtype: "float32", shape });
  const state: StateBuild = { path, shape, start, value, next: undefined };
  build.states.set(path, state);
  return state;
}
