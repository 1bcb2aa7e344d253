import { readFileSync } from "node:fs";
import { type Compiled, compile } from "../compiler/compile.ts";
import type { StagePlan } from "../compiler/lower/plan.ts";

const specs = new URL("../specs/", import.meta.url);

type Settings = readonly (readonly [string, string])[];

/** The text of a benchmark's spec. */
export function benchText(name: string): string {
  return readFileSync(new URL(`./specs/${name}.abaw`, import.meta.url), "utf8");
}

/** A benchmark's spec, compiled with settings. */
export function compiledBench(name: string, set: Settings = []): Compiled {
  return compiledText(benchText(name), set);
}

/** The stage `measured` of a benchmark's spec. */
export function measuredStage(name: string, set: Settings = []): StagePlan {
  return measuredOf(compiledBench(name, set));
}

export function compiledText(text: string, set: Settings): Compiled {
  return compile({ name: "bench", text }, { read: (path) => readFileSync(new URL(path, specs), "utf8"), set });
}

/** The stage `measured` of what was compiled. */
export function measuredOf({ plan, diagnostics }: Compiled): StagePlan {
  const stage = plan?.stages.find(({ label }) => label === "measured");
  if (stage === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return stage;
}
