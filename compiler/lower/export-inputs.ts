import type { CheckedStage } from "../check/check-stage.ts";
import { type Dim, printDim, printShape } from "../ir/dim.ts";
import type { StagePlans } from "./stage-plan.ts";

/** Stages with all whose tensors they read: what stands in an exported file. */
export function withProducers(stages: readonly CheckedStage[], plans: StagePlans): ReadonlySet<CheckedStage> {
  const all = new Set<CheckedStage>();
  const collect = (stage: CheckedStage) => {
    if (all.has(stage)) return;
    all.add(stage);
    for (const { producer } of stage.built.model.features.values()) collect(plans.checked(producer.key));
  };
  for (const stage of stages) collect(stage);
  return all;
}

/** The size of the axis time of a file with these stages: a number if one works on windows of one length, undefined if none has clips. */
export function timeOf(stages: ReadonlySet<CheckedStage>): Dim | undefined {
  const times = [...stages].flatMap(({ built }) => built.model.time ?? []);
  return times.find((time) => typeof time === "number") ?? times[0];
}

/** What several stages read unalike, in words: a file has one axis time, and one input for each field. */
export function readUnalike(stages: ReadonlySet<CheckedStage>): string | undefined {
  const lengths = new Set(
    [...stages].flatMap(({ built: { model } }) => (typeof model.time === "number" ? [model.time] : [])),
  );
  if (lengths.size > 1) return `one file for windows of ${[...lengths].map(printDim).join(" and of ")} frames`;
  const known = new Map<string, string>();
  for (const { built } of stages) {
    const { fields, time } = built.model;
    for (const [name, { wire, axes }] of fields) {
      const isTimed = axes[0] === "time";
      const what = wire.source.kind === "node" ? "pictures" : "numbers";
      const sizes = printShape(wire.type.shape.slice(isTimed ? 2 : 1));
      const read = `${what} ${sizes} of each ${time === undefined || isTimed ? "frame" : "clip"}`;
      const before = known.get(name) ?? read;
      if (before !== read) return `one file in which \`${name}\` is ${before} and ${read}`;
      known.set(name, read);
    }
  }
  return undefined;
}
