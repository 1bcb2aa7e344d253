import type { Span } from "../diagnostics/source.ts";
import type { Initialiser } from "../lower/plan.ts";
import type { Body } from "./body.ts";
import type { Env } from "./env.ts";
import { lookAt } from "./look-at.ts";
import { presentOf, randomSeed } from "./model-build.ts";
import { addParameter, addState } from "./model-records.ts";
import { addNetwork } from "./networks.ts";
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
  places: ReadonlyMap<string, Span> = new Map(),
): Use {
  const { build } = body;
  const reporter: Reporter = env.session.reporter;
  const placeOf = (argument: string) => places.get(argument) ?? span;
  const at = (part: string) => (part === "" ? path : `${path}.${part}`);
  const adapter = name === "linear" ? build.adapters.layers.get(path) : undefined;
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
    parameter: (part: string, shape: readonly number[], from: Initialiser) =>
      addParameter(reporter, build, { path: at(part), shape, from, span, layer: name }),
    adapter: adapter && {
      of: adapter,
      parameter: (part, shape, from) =>
        addParameter(reporter, build, { path: at(`${adapter.kind}.${part}`), shape, from, span, layer: adapter.kind }),
    },
    state: (part: string, shape: readonly number[], start: number) =>
      addState(build, { path: at(part), shape, start }).value,
    renew(part, value) {
      const state = build.states.get(at(part));
      if (state !== undefined) state.next = value;
    },
    seed: () => randomSeed(build),
    stream() {
      build.streams += 1;
      return build.streams;
    },
    network: (asked) => addNetwork(build, path, asked),
    scheduled(schedule) {
      let input = `schedule/${path}`;
      for (let i = 2; build.schedules.has(input); i += 1) input = `schedule/${path}.${i}`;
      build.schedules.set(input, schedule);
      return build.g.input("scalar", input, { dtype: "float32", shape: [] });
    },
    pathOf: at,
    later: (what) => reporter.report("not-yet", span, { what }),
    headerOf: (argument, file, format, help) => lookAt(env.session, { file, format, span: placeOf(argument), help }),
    placeOf,
    report: (code, place, holes, extras) => reporter.report(code, place, holes, extras),
    refuse: (code, holes, extras, place = span) => reporter.refuse(code, place, holes, extras),
  };
}
