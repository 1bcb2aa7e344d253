import type { Span } from "../diagnostics/source.ts";
import { printShape, sameShape } from "../ir/dim.ts";
import type { Initialiser } from "../lower/plan.ts";
import type { Body } from "./body.ts";
import type { Env } from "./env.ts";
import { presentOf } from "./model-build.ts";
import type { Reporter } from "./reporter.ts";
import type { Use } from "./tensor-function.ts";

/** What surrounds one application of a library function at a path. */
export function makeUse(
  name: string,
  path: string,
  env: Env,
  body: Body,
  span: Span,
  expected: number | undefined,
): Use {
  const { build } = body;
  const reporter: Reporter = env.session.reporter;
  const at = (part: string) => (part === "" ? path : `${path}.${part}`);
  build.g.at = path;
  return {
    g: build.g,
    name,
    expected,
    present: build.clip?.pad === "mask" ? presentOf(build) : undefined,
    overall: body.loss,
    frames: body.loss && build.clip !== undefined ? presentOf(build) : undefined,
    overTime: () => {
      build.overTime = true;
    },
    clipped: build.clip !== undefined,
    paddingInside: build.clip?.by === "frames",
    parameter(part: string, shape: readonly number[], from: Initialiser) {
      const where = at(part);
      const known = build.parameters.get(where);
      if (known !== undefined) {
        if (!sameShape(known.shape, shape)) {
          reporter.refuse(
            "one-layer-two-shapes",
            span,
            { path: where, before: printShape(known.shape), now: printShape(shape) },
            { related: [{ span: known.span, text: "first used here" }] },
          );
        }
        return known.value;
      }
      const value = build.g.input("parameter", where, { dtype: "float32", shape });
      build.parameters.set(where, { path: where, shape, from, value, span, layer: name });
      return value;
    },
    state(part: string, shape: readonly number[], start: number) {
      const where = at(part);
      const known = build.states.get(where);
      if (known !== undefined) return known.value;
      const value = build.g.input("state", where, { dtype: "float32", shape });
      build.states.set(where, { path: where, shape, start, value, next: undefined });
      return value;
    },
    renew(part, value) {
      const state = build.states.get(at(part));
      if (state !== undefined) state.next = value;
    },
    seed: () => build.g.input("seed", "seed", { dtype: "int32", shape: [2] }),
    stream() {
      build.streams += 1;
      return build.streams;
    },
    pathOf: at,
    later: (what) => reporter.report("not-yet", span, { what }),
    refuse: (code, holes, extras) => reporter.refuse(code, span, holes, extras),
  };
}
