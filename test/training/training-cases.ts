import type { TaskMeaning } from "../../compiler/library/task.ts";
import type { OptimiserPlan } from "../../compiler/lower/plan.ts";
import { onGrid, seededRandom } from "../compiler/seeded-random.ts";

/** A loss on rows of logits: what make_training.py is asked, and what the graph is made of. */
export interface LossCase {
  readonly name: string;
  readonly loss: "bce" | "ce" | "ccc" | "mse" | "l1";
  readonly rows: number;
  readonly width: number;
  readonly logits: readonly number[];
  readonly label: readonly number[];
  readonly mask: readonly number[];
  readonly weight: readonly number[];
  readonly positiveWeight: readonly number[];
}

export const meanings: Readonly<Record<LossCase["loss"], TaskMeaning>> = {
  bce: { kind: "units", names: ["a", "b", "c"] },
  ce: { kind: "classes", names: ["a", "b", "c", "d"] },
  ccc: { kind: "scalar", min: -1, max: 1 },
  mse: { kind: "scalar", min: -1, max: 1 },
  l1: { kind: "scalar", min: -1, max: 1 },
};

const widths = { bce: 3, ce: 4, ccc: 1, mse: 1, l1: 1 } as const;
const shares = { all: 1, partly: 0.5, one: 0, none: 0 } as const;

/** Every loss with all labels, some, a single one and none, without and with weights, and at logits far out. */
export function lossCases(): readonly LossCase[] {
  const cases: LossCase[] = [];
  for (const loss of ["bce", "ce", "ccc", "mse", "l1"] as const) {
    for (const there of ["all", "partly", "one", "none"] as const) {
      for (const weights of loss === "bce" || loss === "ce" ? ["plain", "weighted"] : ["plain"]) {
        for (const size of [1, 60]) cases.push(lossCase(loss, there, weights === "weighted", size));
      }
    }
  }
  return cases;
}

function lossCase(loss: LossCase["loss"], there: keyof typeof shares, weighted: boolean, size: number): LossCase {
  const name = `${loss}, ${there} labelled, ${weighted ? "weighted" : "plain"}, logits to ${size}`;
  const random = seededRandom(name);
  const rows = 6;
  const width = widths[loss];
  const maskWidth = loss === "bce" ? width : 1;
  const classes = Array.from({ length: rows }, () => Math.floor(width * random()));
  const labelAt = (i: number): number => {
    if (loss === "bce") return Number(random() < 0.4);
    return loss === "ce" ? Number(classes[Math.floor(i / width)] === i % width) : onGrid(2 * random() - 1);
  };
  const list = (length: number, next: (i: number) => number) => Array.from({ length }, (_, i) => next(i));
  return {
    name,
    loss,
    rows,
    width,
    logits: list(rows * width, () => onGrid(size * (2 * random() - 1))),
    label: list(rows * width, labelAt),
    mask: list(rows * maskWidth, (i) => (there === "one" ? Number(i === 2) : Number(random() < shares[there]))),
    weight: weighted && loss === "ce" ? list(width, () => onGrid(0.5 + random())) : [],
    positiveWeight: weighted && loss === "bce" ? list(width, () => onGrid(0.5 + 2 * random())) : [],
  };
}

export interface OptimiserCase {
  readonly name: string;
  readonly optimiser: OptimiserPlan;
  readonly rate: number;
  readonly weightDecay: number;
  readonly maxGradientNorm: number | null;
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

/** Every optimiser over five steps on nine weights, with decay and clipping. */
export function optimiserCases(): readonly OptimiserCase[] {
  const adam = { beta1: 0.9, beta2: 0.999, eps: 1e-8 };
  const plans: readonly (readonly [string, OptimiserPlan])[] = [
    ["adamw", { name: "adamw", settings: adam }],
    ["adamw, other betas", { name: "adamw", settings: { beta1: 0.8, beta2: 0.95, eps: 1e-6 } }],
    ["adam", { name: "adam", settings: adam }],
    ["sgd", { name: "sgd", settings: { momentum: 0, nesterov: 0 } }],
    ["sgd with momentum", { name: "sgd", settings: { momentum: 0.9, nesterov: 0 } }],
    ["sgd with Nesterov's momentum", { name: "sgd", settings: { momentum: 0.9, nesterov: 1 } }],
  ];
  return plans.flatMap(([name, optimiser]) =>
    [null, 0.5].map((maxGradientNorm): OptimiserCase => {
      const full = `${name}${maxGradientNorm === null ? "" : ", clipped"}`;
      const random = seededRandom(full);
      const numbers = () => Array.from({ length: 9 }, () => onGrid(2 * random() - 1));
      return {
        name: full,
        optimiser,
        rate: 0.01,
        weightDecay: 0.1,
        maxGradientNorm,
        start: numbers(),
        gradients: Array.from({ length: 5 }, numbers),
      };
    }),
  );
}
