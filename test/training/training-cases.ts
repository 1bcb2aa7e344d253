import type { TaskMeaning } from "../../compiler/library/task.ts";
import type { OptimiserPlan } from "../../compiler/lower/plan.ts";
import { onGrid, seededRandom } from "../compiler/seeded-random.ts";

/** A loss on rows of logits: what make_training.py is asked, and what the graph is made of. */
export interface LossCase {
  readonly name: string;
  readonly loss: string;
  readonly kind: TaskMeaning["kind"];
  readonly rows: number;
  readonly width: number;
  readonly options: Readonly<Record<string, number>>;
  readonly logits: readonly number[];
  readonly label: readonly number[];
  readonly mask: readonly number[];
  readonly weight: readonly number[];
  readonly positiveWeight: readonly number[];
  /** Rows of each class in the training part. */
  readonly counts: readonly number[];
}

export const meanings = {
  units: { kind: "units", names: ["a", "b", "c"] },
  classes: { kind: "classes", names: ["a", "b", "c", "d"] },
  scalar: { kind: "scalar", min: -1, max: 1 },
} as const satisfies Readonly<Record<string, TaskMeaning>>;

const shares = { all: 1, partly: 0.5, one: 0, none: 0 } as const;

type Tried = readonly [loss: string, kind: TaskMeaning["kind"], options: Readonly<Record<string, number>>];

const tried: readonly Tried[] = [
  ["bce", "units", {}],
  ["ce", "classes", {}],
  ["ce", "classes", { smoothing: 0.1 }],
  ["ccc", "scalar", {}],
  ["mse", "scalar", {}],
  ["l1", "scalar", {}],
  ["focal", "classes", { gamma: 2 }],
  ["focal", "classes", { gamma: 0.5 }],
  ["focal", "classes", { gamma: 0 }],
  ["focal", "units", { gamma: 2 }],
  ["focal", "units", { gamma: 1.5, alpha: 0.25 }],
  ["asl", "units", { gamma_neg: 4, gamma_pos: 0, margin: 0.05 }],
  ["asl", "units", { gamma_neg: 0.5, gamma_pos: 1, margin: 0.2 }],
  ["asl", "units", { gamma_neg: 2, gamma_pos: 1, margin: 0 }],
  ["ldam", "classes", { margin: 0.5, scale: 30, adjust: 0 }],
  ["ldam", "classes", { margin: 0.5, scale: 1, adjust: 1 }],
];

/** Every loss with all labels, some, a single one and none, without and with weights, at logits far out, and with labels that are shares. */
export function lossCases(): readonly LossCase[] {
  const cases: LossCase[] = [];
  for (const one of tried) {
    const [loss, kind] = one;
    for (const there of ["all", "partly", "one", "none"] as const) {
      for (const weights of kind === "scalar" ? ["plain"] : ["plain", "weighted"]) {
        for (const size of [1, 60]) cases.push(lossCase(one, there, weights === "weighted", size, false));
      }
    }
    if (kind !== "scalar" && loss !== "bce") cases.push(lossCase(one, "partly", false, 1, true));
  }
  return cases;
}

function lossCase(
  [loss, kind, options]: Tried,
  there: keyof typeof shares,
  weighted: boolean,
  size: number,
  soft: boolean,
): LossCase {
  const settings = Object.entries(options).map(([key, value]) => ` ${key} ${value},`);
  const how = `${weighted ? "weighted" : "plain"}${soft ? " and soft" : ""}`;
  const of = settings.length === 0 ? "" : ` of ${kind},${settings.join("")}`;
  const name = `${loss}${of}${of === "" ? "," : ""} ${there} labelled, ${how}, logits to ${size}`;
  const random = seededRandom(name);
  const rows = 6;
  const width = kind === "scalar" ? 1 : meanings[kind].names.length;
  const maskWidth = kind === "units" ? width : 1;
  const classes = Array.from({ length: rows }, () => Math.floor(width * random()));
  const second = Array.from({ length: rows }, () => Math.floor(width * random()));
  const labelAt = (i: number): number => {
    const row = Math.floor(i / width);
    if (kind === "units") return soft ? onGrid(random()) : Number(random() < 0.4);
    if (kind === "scalar") return onGrid(2 * random() - 1);
    const first = Number(classes[row] === i % width);
    return soft ? 0.75 * first + 0.25 * Number(second[row] === i % width) : first;
  };
  const list = (length: number, next: (i: number) => number) => Array.from({ length }, (_, i) => next(i));
  return {
    name,
    loss,
    kind,
    rows,
    width,
    options,
    logits: list(rows * width, () => onGrid(size * (2 * random() - 1))),
    label: list(rows * width, labelAt),
    mask: list(rows * maskWidth, (i) => (there === "one" ? Number(i === 2) : Number(random() < shares[there]))),
    weight: weighted && (kind === "classes" || loss === "asl") ? list(width, () => onGrid(0.5 + random())) : [],
    positiveWeight: weighted && kind === "units" && loss !== "asl" ? list(width, () => onGrid(0.5 + 2 * random())) : [],
    counts: loss === "ldam" ? list(width, (c) => [400, 90, 7, 25][c] ?? 1) : [],
  };
}

/** A divergence between two predictions of a task: of logits, or the second of probabilities. */
export interface DivergenceCase {
  readonly name: string;
  readonly kind: "units" | "classes";
  readonly rows: number;
  readonly width: number;
  readonly left: readonly number[];
  readonly right: readonly number[];
}

export function divergenceCases(): readonly DivergenceCase[] {
  return (["units", "classes"] as const).flatMap((kind) =>
    [1, 20].map((size): DivergenceCase => {
      const name = `kl of ${kind}, logits to ${size}`;
      const random = seededRandom(name);
      const width = meanings[kind].names.length;
      const logits = () => Array.from({ length: 5 * width }, () => onGrid(size * (2 * random() - 1)));
      return { name, kind, rows: 5, width, left: logits(), right: logits() };
    }),
  );
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
