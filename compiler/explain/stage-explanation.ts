import type { Trace } from "../check/trace.ts";
import { featureFlops, forwardFlops, type NetworkCost, type NetworkFlops, networkCosts } from "../cost/forward.ts";
import { stepCost } from "../cost/step.ts";
import { positionOf, type Span } from "../diagnostics/source.ts";
import { Paths } from "../draw/paths.ts";
import { sourceStages, weightCount } from "../lower/describe-plan.ts";
import type { PlannedStage } from "../lower/make-plan.ts";
import { type NamedTensor, namedTensors } from "./named-tensors.ts";
import { resolvedStage } from "./resolved-stage.ts";
import { declaredName, stageText } from "./stage-text.ts";
import { type WeightNode, weightTree } from "./weight-tree.ts";

/** Where something is said; the line counts from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface StageExplanation {
  readonly kind: "stage";
  readonly name: string;
  /** What makes it, whatever it is bound to. */
  readonly call: string;
  readonly hash: string;
  readonly place: Place;
  /** Its block with everything written out: pasted back, it has the same hash. */
  readonly block: string;
  readonly tensors: readonly NamedTensor[];
  readonly weights: {
    readonly total: number;
    readonly trained: number;
    /** Running statistics: no weights, and changed by every step unless frozen. */
    readonly states: number;
    /** The path that all of it stands below; empty for the whole stage. */
    readonly below: string;
    readonly tree: readonly WeightNode[];
  };
  readonly loss: readonly { readonly term: string; readonly value: string }[];
  readonly reads: readonly { readonly stage: string; readonly tensor: string; readonly shape: readonly number[] }[];
  /** Stages and files that first weights come from. */
  readonly starts: readonly string[];
  readonly cost: StageCosts;
}

/** Floating-point operations, a multiply-add being two, and bytes. */
export interface StageCosts {
  /** Of a frame's evaluation: the stage's own network. */
  readonly forward: number;
  /** Of the features of other stages that it reads, for a frame. */
  readonly features: number;
  /** Networks of ONNX files that it reads, each run once for a frame. */
  readonly networks: readonly NetworkCost[];
  /** Of one training step; null where nothing is trained. */
  readonly step: {
    readonly frames: number;
    readonly flops: number;
    readonly update: number;
    /** What balancers look at beside the step; 0 without any. */
    readonly balance: number;
    readonly memory: Readonly<
      Record<"weights" | "gradients" | "optimiser" | "average" | "batch" | "activations" | "total", number>
    >;
    /** What the activations are mostly of, greatest first. */
    readonly largest: readonly { readonly path: string; readonly bytes: number }[];
  } | null;
  /** Settings and networks that are not in these numbers. */
  readonly without: readonly string[];
}

export interface StageNotes {
  readonly trace: Trace;
  readonly find: (hash: string) => PlannedStage | undefined;
  readonly networkFlops: NetworkFlops | undefined;
  /** How deep names of tensors are told. */
  readonly depth: number;
  /** Only what stands at a parameter path and below; empty for all. */
  readonly below: string;
}

/** All that is to be known of a stage before it is trained. */
export function explainStage(
  planned: PlannedStage,
  { trace, find, networkFlops, depth, below }: StageNotes,
): StageExplanation {
  const { plan, checked } = planned;
  const { model } = checked.built;
  const seen = trace.of(model.g);
  const paths = new Paths(seen, model.encoders);
  const resolved = resolvedStage(checked);
  const nameOf = (hash: string) => find(hash)?.plan.label ?? hash;
  const forward = forwardFlops(checked);
  const flops = new Map<string, number>();
  for (const [path, count] of forward.byPath)
    for (const step of path === "" ? [] : paths.stepsOf(path)) flops.set(step, (flops.get(step) ?? 0) + count);
  const loss = resolved.entries.find(({ key }) => key === "loss")?.entries ?? [];
  const files = plan.parameters.flatMap(({ from }) => (from.kind === "file" ? [from.file] : []));
  return {
    kind: "stage",
    name: plan.label,
    call: plan.call,
    hash: plan.hash,
    place: placeOf(checked.stage.declaration.name.span),
    block: stageText(resolved, declaredName(plan.label)),
    tensors: namedTensors(checked, seen, paths, depth),
    weights: {
      total: weightCount(plan.parameters),
      trained: weightCount(plan.parameters.filter(({ group }) => group !== undefined)),
      states: weightCount(plan.states),
      below,
      tree: weightTree(plan, below, { paths, nameOf, flopsAt: (path) => flops.get(path) ?? 0 }),
    },
    loss: loss.map(({ key, value }) => ({ term: key, value })),
    reads: [
      ...plan.features.map(({ stage, tensor, shape }) => ({ stage: nameOf(stage), tensor, shape })),
      ...plan.fills.map(({ stage, task }) => ({ stage: nameOf(stage), tensor: `${task} as labels`, shape: [] })),
    ],
    starts: [...sourceStages(plan).map(nameOf), ...new Set(files)],
    cost: stageCosts(planned, find, forward.total, networkFlops),
  };
}

const mostShown = 5;

/** What a stage costs; `forward` where it was counted before. */
export function stageCosts(
  planned: PlannedStage,
  find: StageNotes["find"],
  forward = forwardFlops(planned.checked).total,
  networkFlops?: NetworkFlops,
): StageCosts {
  const { plan, checked } = planned;
  const step = stepCost(plan);
  const later = checked.training.later.map((text) => text.split(/[:.]/)[0] ?? text);
  const networks = networkCosts(checked, networkFlops);
  return {
    forward,
    features: featureFlops(planned, find),
    networks,
    step:
      step === undefined
        ? null
        : {
            frames: step.frames,
            flops: step.flops.total,
            update: step.update,
            balance: step.balance,
            memory: { ...step.memory, activations: step.memory.activations.bytes },
            largest: largestOf(step.memory.activations.byPath),
          },
    without: [...new Set(later), ...networks.flatMap(({ path, flops }) => (flops === null ? [path] : []))],
  };
}

function largestOf(byPath: ReadonlyMap<string, number>): readonly { readonly path: string; readonly bytes: number }[] {
  const sums = new Map<string, number>();
  // Blocks of a list are told together: each is like the others.
  for (const [path, bytes] of byPath) {
    const name = path.replaceAll(/\[\d+\]/g, "[..]");
    sums.set(name, (sums.get(name) ?? 0) + bytes);
  }
  const sorted = [...sums].map(([path, bytes]) => ({ path, bytes })).toSorted((a, b) => b.bytes - a.bytes);
  return sorted.slice(0, mostShown);
}

/** Where a span begins. */
export function placeOf({ source, start }: Span): Place {
  return { file: source.name, line: positionOf(source, start).line };
}
