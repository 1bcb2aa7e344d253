import { readFileSync } from "node:fs";
import { type Compiled, compile } from "../compiler/compile.ts";
import type { StagePlan } from "../compiler/lower/plan.ts";

const specs = new URL("../specs/", import.meta.url);

/** A benchmark's spec, compiled with settings. */
export function compiledBench(name: string, set: readonly (readonly [string, string])[] = []): Compiled {
  const text = readFileSync(new URL(`./specs/${name}.abaw`, import.meta.url), "utf8");
  return compile({ name, text }, { read: (path) => readFileSync(new URL(path, specs), "utf8"), set });
}

/** The stage `measured` of a benchmark's spec. */
export function measuredStage(name: string, set: readonly (readonly [string, string])[] = []): StagePlan {
  const { plan, diagnostics } = compiledBench(name, set);
  const stage = plan?.stages.find(({ label }) => label === "measured");
  if (stage === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return stage;
}
