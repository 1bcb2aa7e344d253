import {
  counted,
  exportName,
  labelsByHash,
  readsOf,
  sourceStages,
  stagesOf,
  stepsOf,
  weightCount,
} from "../lower/describe-plan.ts";
import type { Plan } from "../lower/plan.ts";
import type { Arrow, Box, Drawing } from "./drawing.ts";

/** Stages, what each takes from others, and what is made of them. A plan and a finished run's report are both told so. */
export interface Timeline {
  readonly title: string;
  readonly stages: readonly TimelineStage[];
  readonly assemblies: readonly {
    readonly name: string;
    readonly members: readonly {
      readonly task: string;
      /** Labels of the stages whose heads it is made of. */
      readonly stages: readonly string[];
      /** What is done to it afterwards, in words. */
      readonly steps: readonly string[];
    }[];
  }[];
  readonly exports: readonly {
    readonly of: { readonly kind: "assembly" | "stage"; readonly name: string };
    readonly opset: number;
  }[];
  /** Sweeps with the labels of their stages; those that nothing else needs are drawn as a group. */
  readonly sweeps: readonly { readonly name: string; readonly stages: readonly string[] }[];
}

export interface TimelineStage {
  /** Two stages differ in it. */
  readonly label: string;
  readonly parameters: number;
  readonly trained: number;
  readonly reads: readonly { readonly stage: string; readonly tensor: string }[];
  /** Stages that weights start from. */
  readonly starts: readonly string[];
}

/** The stages as boxes, what one takes from another as arrows: dashed for weights it starts from, solid for features. */
export function timelineDrawing(timeline: Timeline): Drawing {
  const { title, stages, assemblies, exports } = timeline;
  const sweeps = sweepOf(timeline);
  const plain = { group: undefined, place: undefined, weights: undefined } as const;
  const boxes: Box[] = [
    ...stages.map(
      ({ label, parameters, trained }): Box => ({
        ...plain,
        id: `stage ${label}`,
        group: sweeps.get(label),
        kind: "stage",
        title: label,
        lines: [
          trained === parameters
            ? `${counted(parameters)} weights`
            : `${counted(trained)} of ${counted(parameters)} weights trained`,
        ],
        details: [],
      }),
    ),
    ...assemblies.map(
      ({ name, members }): Box => ({
        ...plain,
        id: `assembly ${name}`,
        kind: "assembly",
        title: name,
        lines: ["assembly"],
        details: members.map(({ task, stages: from, steps }) => [task, [...from, ...steps].join(" → ")]),
      }),
    ),
    ...exports.map(
      ({ of, opset }): Box => ({
        ...plain,
        id: `export ${of.name}`,
        kind: "export",
        title: `export ${of.name}`,
        lines: [`ONNX, opset ${opset}`],
        details: [],
      }),
    ),
  ];
  const arrow = (from: string, to: string, label: string, dashed = false): Arrow => ({ from, to, label, dashed });
  return {
    title,
    direction: "right",
    groups: [...new Set(sweeps.values())].map((name) => {
      const count = [...sweeps.values()].filter((each) => each === name).length;
      const lines = [`${count} variants`];
      return { ...plain, id: name, kind: "stage", title: name, lines, details: [["sweep", lines.join()]] };
    }),
    boxes,
    arrows: [
      ...stages.flatMap(({ label, reads, starts }) => [
        ...reads.map(({ stage, tensor }) => arrow(`stage ${stage}`, `stage ${label}`, tensor)),
        ...starts.map((stage) => arrow(`stage ${stage}`, `stage ${label}`, "weights", true)),
      ]),
      ...assemblies.flatMap(({ name, members }) =>
        members.flatMap(({ task, stages: from, steps }) =>
          from.map((stage) => arrow(`stage ${stage}`, `assembly ${name}`, [task, ...steps].join(", "))),
        ),
      ),
      ...exports.map(({ of }) => arrow(`${of.kind} ${of.name}`, `export ${of.name}`, "")),
    ],
  };
}

/** The sweep that a stage is drawn in: one stage of at least two that nothing else takes anything from. */
function sweepOf({ stages, assemblies, exports, sweeps }: Timeline): ReadonlyMap<string, string> {
  const needed = new Set([
    ...stages.flatMap(({ reads, starts }) => [...reads.map(({ stage }) => stage), ...starts]),
    ...assemblies.flatMap(({ members }) => members.flatMap((member) => member.stages)),
    ...exports.map(({ of }) => of.name),
  ]);
  const found = new Map<string, string>();
  for (const { name, stages: labels } of sweeps) {
    const own = new Set(labels.filter((label) => !needed.has(label) && !found.has(label)));
    if (own.size > 1) for (const label of own) found.set(label, `sweep ${name}`);
  }
  return found;
}

/** A plan as a timeline. */
export function timelineOf(plan: Plan, title: string): Timeline {
  const labels = labelsByHash(plan.stages);
  const labelOf = (hash: string) => labels.get(hash) ?? hash;
  return {
    title,
    stages: plan.stages.map((stage) => ({
      label: stage.label,
      parameters: weightCount(stage.parameters),
      trained: weightCount(stage.parameters.filter(({ group }) => group !== undefined)),
      reads: readsOf(stage).map((use) => ({ stage: labelOf(use.stage), tensor: use.tensor })),
      starts: sourceStages(stage).map(labelOf),
    })),
    assemblies: plan.assemblies.map(({ name, members }) => ({
      name,
      members: members.map(({ task, stream }) => ({
        task: task.name,
        stages: stagesOf(stream).map(labelOf),
        steps: stepsOf(stream),
      })),
    })),
    exports: plan.exports.map((each) => ({
      of: { kind: each.of.kind, name: exportName(plan, each) },
      opset: each.opset,
    })),
    sweeps: plan.sweeps.map(({ name, points }) => ({
      name,
      stages: points.flatMap(({ of }) => (of.kind === "stage" ? [labelOf(of.hash)] : [])),
    })),
  };
}
