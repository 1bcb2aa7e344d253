import { peakOf } from "../check/schedules.ts";
import { lastName, type Paths } from "../draw/paths.ts";
import { printShape } from "../ir/dim.ts";
import { sourceText, weightCount } from "../lower/describe-plan.ts";
import type { GroupPlan, ParameterPlan, StagePlan } from "../lower/plan.ts";
import { numberText } from "./thing-text.ts";

/** The weights at a path and below it. */
export interface WeightNode {
  readonly path: string;
  /** Its last name, with its place in a list. */
  readonly name: string;
  /** What stands there, such as `vit`; empty where the name says that. */
  readonly module: string;
  /** Of a weight itself; empty for what holds several. */
  readonly shape: string;
  readonly weights: number;
  readonly trained: number;
  /** Where they begin, each once: a stage, a file, an initialiser. */
  readonly from: readonly string[];
  /** What trains them, each once: the peak of the learning rate, the decay, and since when. */
  readonly rates: readonly string[];
  /** Floating-point operations of a frame's evaluation, of all layers here. */
  readonly flops: number;
  readonly children: readonly WeightNode[];
}

export interface TreeNotes {
  readonly paths: Paths;
  readonly nameOf: (hash: string) => string;
  readonly flopsAt: (path: string) => number;
}

/** The weights of a stage by path, down to each single one; below `root`, if it is not empty. */
export function weightTree(plan: StagePlan, root: string, notes: TreeNotes): readonly WeightNode[] {
  const own = plan.parameters
    .map((parameter) => ({ parameter, steps: notes.paths.stepsOf(parameter.path) }))
    .filter(({ steps }) => root === "" || steps.includes(root));
  const depth = root === "" ? 0 : (own[0]?.steps.indexOf(root) ?? 0) + 1;
  return level(plan, own, depth, notes);
}

interface Placed {
  readonly parameter: ParameterPlan;
  readonly steps: readonly string[];
}

function level(plan: StagePlan, placed: readonly Placed[], depth: number, notes: TreeNotes): readonly WeightNode[] {
  const byStep = new Map<string, Placed[]>();
  for (const each of placed) {
    const step = each.steps[depth];
    if (step === undefined) continue;
    const known = byStep.get(step);
    if (known === undefined) byStep.set(step, [each]);
    else known.push(each);
  }
  return [...byStep].map(([path, inside]): WeightNode => {
    const parameters = inside.map(({ parameter }) => parameter);
    const [only] = parameters;
    const single = parameters.length === 1 && only?.path === path ? only : undefined;
    return {
      path,
      name: lastName(path),
      module: notes.paths.moduleAt(path),
      shape: single === undefined ? "" : printShape(single.shape),
      weights: weightCount(parameters),
      trained: weightCount(parameters.filter(({ group }) => group !== undefined)),
      from: [...new Set(parameters.map(({ from }) => sourceText(from, notes.nameOf)))],
      rates: ratesOf(plan, parameters),
      flops: notes.flopsAt(path),
      children: single === undefined ? level(plan, inside, depth + 1, notes) : [],
    };
  });
}

function ratesOf({ groups }: StagePlan, parameters: readonly ParameterPlan[]): readonly string[] {
  const used = new Set(parameters.flatMap(({ group }) => (group === undefined ? [] : [group])));
  return [...used].flatMap((index) => {
    const group = groups[index];
    if (group === undefined) return [];
    return [rateText(group)];
  });
}

/** `1e-5, decay 0.01, l2 0.002, from 3 epochs`: the peak of the rate, the decay, a penalty, and until when they are frozen if they are for a time. */
export function rateText({ rate, weightDecay, l2, since }: GroupPlan): string {
  const penalty = l2 === undefined ? "" : `, l2 ${numberText(l2)}`;
  const from = since === undefined ? "" : `, from ${since.value} ${since.unit}`;
  return `${numberText(Number(peakOf(rate).toPrecision(6)))}, decay ${numberText(weightDecay)}${penalty}${from}`;
}
