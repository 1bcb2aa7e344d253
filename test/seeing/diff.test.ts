import { readFileSync } from "node:fs";
import { createColors } from "picocolors";
import { describe, expect, test } from "vitest";
import { specChangesText, stageChangesText } from "../../cli/diff-text.ts";
import type { Change } from "../../compiler/diff/change.ts";
import { compareSpecs } from "../../compiler/diff/compare-specs.ts";
import { compareMeanings, compareStages, type StageChanges } from "../../compiler/diff/compare-stages.ts";
import { foldByPath } from "../../compiler/diff/fold-by-path.ts";
import { type Analysed, analysed, analysedSpec } from "./analysed.ts";

const quickstart = "examples/quickstart.abaw";
const text = readFileSync(new URL(`../../${quickstart}`, import.meta.url), "utf8");
const base = analysedSpec(quickstart);
const plainly = createColors(false);

const side = (known: Analysed, label: string) => ({ stage: known.stage(label), known });
const together = (other: Analysed) => compareMeanings(side(base, "together"), side(other, "together"));

type Edit = readonly [from: string, to: string];

/** The quickstart with some of its text written in another way. */
function edited(...edits: readonly Edit[]): Analysed {
  const changed = edits.reduce((before, [from, to]) => {
    const after = before.replaceAll(from, to);
    if (after === before) throw new Error(`nothing is ${from}`);
    return after;
  }, text);
  return analysed(changed);
}

const marks = { added: "+", removed: "-", changed: "~" } as const;

/** Every change as a line of its section, hashes as `#`. */
function linesOf({ cost: _, ...sections }: StageChanges): readonly string[] {
  return Object.entries<readonly Change[]>(sections).flatMap(([section, changes]) =>
    changes.map(({ kind, path, before, after }) => {
      const said = kind === "changed" ? `${before} → ${after}` : `${after ?? before}`;
      return `${section} ${marks[kind]} ${path}: ${said}`.replaceAll(/#[0-9a-f]{8}/g, "#");
    }),
  );
}

const mirrored = (line: string): string => {
  const [head = "", ...said] = line.split(": ");
  const swapped = head.replace(/ [+-] /, (mark) => (mark === " + " ? " - " : " + "));
  const [before, after] = said.join(": ").split(" → ");
  return `${swapped}: ${after === undefined ? before : `${after} → ${before}`}`;
};

describe("no difference", () => {
  const ways: readonly (readonly [string, readonly Edit[]])[] = [
    [
      "layout and comments",
      [["  batch: 32, duration: 16 epochs", "  # as before\n\n  batch:   32\n  duration: 16 epochs"]],
    ],
    [
      "names of parameters and of values",
      [
        ["goal", "target"],
        ["criterion", "losses"],
        ["lambda", "mass"],
      ],
    ],
    [
      "the order of keys",
      [
        ["  clip:      clip(length, hop: length)\n", ""],
        ["  params:  ", "  clip: clip(length, hop: length)\n  params:  "],
      ],
    ],
    [
      "defaults that are written",
      [
        ["hidden: 96)", "hidden: 96)  "],
        ["max_grad_norm: 5", "max_grad_norm: 5, ema: none, accumulate: 1"],
      ],
    ],
    ["a module's name", [["small_cnn", "tiny_cnn"]]],
  ];
  test.each(ways)("is made by %s", (_, edits) => {
    const { same, ...more } = compareSpecs(base, edited(...edits));
    expect(same).toEqual(base.stages.map(({ plan }) => plan.label));
    expect(Object.values(more).flat()).toEqual([]);
  });

  test("is said, stages and specs", () => {
    const one = side(base, "together");
    expect(stageChangesText("together → together", compareStages(one, one), plainly)).toBe(
      "together → together: no difference in meaning",
    );
    expect(specChangesText("a → b", compareSpecs(base, base), plainly)).toBe(
      "a → b: no difference in meaning\n  the same: alone(au), alone(valence), alone(expr), together, arousal_alone",
    );
  });
});

describe("a setting", () => {
  const settings: readonly (readonly [string, readonly string[]])[] = [
    ["lambda.expr: 0.25", ["loss ~ loss.expr: 0.5 → 0.25"]],
    ["loss.arousal: 1 * mse(arousal)", ["loss ~ loss.arousal: 1 * ccc(arousal, unbiased: false) → 1 * mse(arousal)"]],
    [
      "loss.arousal: 2 * ccc(arousal, unbiased: true)",
      ["loss ~ loss.arousal: 1 → 2", "loss ~ loss.arousal.unbiased: false → true"],
    ],
    ["optimizer.lr.peak: 2e-3", ["settings ~ optimizer.lr.peak: 0.001 → 0.002"]],
    [
      "loss.arousal: ccc(arousal)",
      ["loss ~ loss.arousal: 1 * ccc(arousal, unbiased: false) → ccc(arousal, unbiased: false)"],
    ],
    [
      "optimizer.weight_decay: 0",
      ["settings ~ optimizer.weight_decay: 0.05 → 0", "trained ~ face: at 2e-4, decay 0.05 → at 2e-4, decay 0"],
    ],
    [
      "batch: 16, duration: 500 steps, seed: 8",
      ["settings ~ batch: 8 → 16", "settings ~ duration: 10 epochs → 500 steps", "settings ~ seed: 7 → 8"],
    ],
    [
      "patience: 3 epochs, max_grad_norm: none",
      ["settings ~ patience: none → 3 epochs", "settings ~ max_grad_norm: 5 → none"],
    ],
    ["ema: 0.99", ["settings ~ ema: none → 0.99", "settings ~ evaluate.weights: last → ema"]],
    ["where: valid(expr)", ["settings ~ where: any_valid(au, expr, valence, arousal) → valid(expr)"]],
    ["length: 16", ["settings ~ clip.length: 8 → 16", "settings ~ clip.hop: 8 → 16"]],
    ["clip.pad: zero", ["settings ~ clip.pad: repeat → zero"]],
    [
      "augment: [crop(0.7 .. 1.0), rotate(3), jitter(0.2)]",
      [
        "settings - augment.flip: flip(probability: 0.5, per: frame)",
        "settings ~ augment.crop: crop(0.85 .. 1, per: frame) → crop(0.7 .. 1, per: frame)",
        "settings + augment.rotate: rotate(3, share: 1, per: frame)",
      ],
    ],
    ["keep: last", ["settings ~ keep: best(score(expr)) → last"]],
    [
      "evaluate: {every: 2 epochs, clip: clip(4)}",
      [
        "settings ~ evaluate.clip.length: 8 → 4",
        "settings ~ evaluate.clip.hop: 8 → 4",
        "settings ~ evaluate.every: 1 epochs → 2 epochs",
      ],
    ],
    ["accumulate: 2", ["settings ~ accumulate: 1 → 2"]],
    ["params.face.convs: frozen", ["trained ~ face.convs: at 2e-4, decay 0.05 → frozen"]],
    [
      "params: {m: {weight_decay: 0}}",
      ["trained ~ face: at 2e-4, decay 0.05 → trained", "trained ~ m.fusion.linear: trained → at 0.001, decay 0"],
    ],
    ["init: {face: alone(au).face}", ["starts ~ face: alone(expr) → alone(au)"]],
    ["init: none", ["starts ~ face: alone(expr) → drawn"]],
    [
      "from: [alone(au)]",
      [
        "reads - alone(valence).x: x of alone(valence), [96]",
        "layers ~ m: reads m.sum → reads feature alone(au).x",
        "layers - m.sum: add",
      ],
    ],
    [
      "loss: {expr: 0.5 * ce(expr, weight: balanced), au: 1 * bce(au, pos_weight: balanced), valence: 1 * ccc(valence), arousal: 1 * ccc(arousal)}",
      ['rest ~ order.terms: ["au","expr","valence","arousal"] → ["expr","au","valence","arousal"]'],
    ],
  ];
  const variants = settings.map(([change], i) => `v${i} = together with {${change}}`);
  const known = analysed(`${text}\n${variants.join("\n")}\n`);

  test.each(settings.map((each, i) => [...each, i] as const))("%s", (_, expected, i) => {
    const [a, b] = [side(known, "together"), side(known, `v${i}`)];
    expect(linesOf(compareMeanings(a, b))).toEqual(expected);
    expect(linesOf(compareMeanings(b, a)).toSorted()).toEqual(expected.map(mirrored).toSorted());
  });
});

const another = [
  "reads ~ alone(au).x: x of alone(au) #, [96] → x of alone(au) #, [96]",
  "reads ~ alone(valence).x: x of alone(valence) #, [96] → x of alone(valence) #, [96]",
];
const starts = ["starts ~ face: alone(expr) # → alone(expr) #"];

describe("a spec's", () => {
  const models: readonly (readonly [string, readonly Edit[], readonly string[]])[] = [
    [
      "data",
      [["data/quickstart", "data/other"]],
      ['settings ~ data.root: "data/quickstart" → "data/other"', ...another, ...starts],
    ],
    [
      "pictures",
      [["aff2(48)", "aff2(56)"]],
      [
        "settings ~ data.fields.image.size: 48 → 56",
        ...another,
        "layers ~ field image: [batch, time, 3, 48, 48] → [batch, time, 3, 56, 56]",
        "layers ~ x: [batch, time, 3, 48, 48] → [batch, time, 3, 56, 56]",
        "layers ~ face: [batch, time, 1728] → [batch, time, 2352]",
        "weights ~ face.linear.weight: [96, 1728] → [96, 2352]",
        ...starts,
      ],
    ],
    [
      "fusion",
      [["fusion(drop: 0.2)", "linear(96)"]],
      [
        "layers - m.fusion: 4 layers",
        "layers + m.linear: linear",
        "layers ~ s.temporal_convergence.leaky_relu: reads m.fusion.linear[1] → reads m.linear",
        "weights - m.fusion.linear: 18,624 weights",
        "weights + m.linear: 9,312 weights",
      ],
    ],
    [
      "dropout",
      [["fusion(drop: 0.2)", "fusion(drop: 0.4)"]],
      ["layers ~ m.fusion.dropout: dropout{rate: 0.2} → dropout{rate: 0.4}"],
    ],
    [
      "temporal module and clip",
      [
        ["temporal: true", "temporal: false"],
        ["  clip:      clip(length, hop: length)\n", ""],
        [", length: int = 8", ""],
      ],
      [
        "settings ~ clip: clip(8, hop: 8, by: rows, pad: repeat, gap: none) → none",
        "layers - s.temporal_convergence: 3 layers",
        ...["au", "expr", "valence", "arousal"].map(
          (task) => `layers ~ ${task}.linear: reads s.temporal_convergence.lstm[1] → reads m.fusion.linear[1]`,
        ),
        "weights - s.temporal_convergence.lstm: 148,992 weights",
      ],
    ],
    [
      "width",
      [["hidden: 96", "hidden: 64"]],
      [
        "layers ~ s: [batch, time, 96] → [batch, time, 64]",
        "weights ~ s.temporal_convergence.lstm: 148,992 weights → 74,752 weights",
        ...[
          ["au", 12],
          ["expr", 8],
          ["valence", 1],
          ["arousal", 1],
        ].map(([task, width]) => `weights ~ ${task}.linear.weight: [${width}, 96] → [${width}, 64]`),
      ],
    ],
    [
      "constant, and no more where a layer without weights has another name",
      [
        ["maps", "shown"],
        ["dropout(0.2)", "dropout(0.1)"],
      ],
      [...another, "layers ~ face.dropout: dropout{rate: 0.2} → dropout{rate: 0.1}", ...starts],
    ],
    [
      "weights of classes, to the last",
      [["ce(expr, weight: balanced)", "ce(expr, weight: [1, 1, 1, 1, 1, 1, 1, 2])"]],
      ["loss ~ loss.expr.weight: balanced → [1, 1, 1, 1, 1, 1, 1, 2]", ...starts],
    ],
  ];

  test.each(models)("%s", (_, edits, expected) => {
    const other = edited(...edits);
    expect(linesOf(together(other))).toEqual(expected);
    const back = compareMeanings(side(other, "together"), side(base, "together"));
    expect(linesOf(back).toSorted()).toEqual(expected.map(mirrored).toSorted());
  });

  test("tensor that only another stage reads", () => {
    const reading = (layer: string): readonly Edit[] => [
      ["sum(s.x for s in from)", "sum(s.z for s in from)"],
      ["  m = ", `  z = x -> ${layer}\n  m = `],
    ];
    const [one, other] = [edited(...reading("relu")), edited(...reading("tanh"))];
    expect(one.stage("alone(au)").plan.hash).toBe(other.stage("alone(au)").plan.hash);
    expect(one.stage("together").plan.hash).not.toBe(other.stage("together").plan.hash);
    const changes = compareMeanings(side(one, "together"), side(other, "together"));
    expect(linesOf(changes)).toEqual([
      "reads ~ alone(au).z: z # of alone(au), [96] → z # of alone(au), [96]",
      "reads ~ alone(valence).z: z # of alone(valence), [96] → z # of alone(valence), [96]",
    ]);
  });

  test("stages that differ alike are told of together, others by name, exports too", () => {
    const other = edited(
      ["dropout(0.2)", "dropout(0.1)"],
      ["opset: 17", "opset: 18"],
      ["arousal_alone = alone(arousal)", "calm = alone(arousal)\nshort = together with {length: 4}"],
    );
    const changes = compareSpecs(base, other);
    expect(changes.removed).toEqual(["arousal_alone"]);
    expect(changes.added).toEqual(["calm", "short"]);
    const told = specChangesText("a → b", changes, plainly);
    expect(told).toContain(
      "- stage arousal_alone\n+ stage calm\n+ stage short\n\nstages alone(au), alone(valence), alone(expr)\nlayers\n  ~ face.dropout  dropout{rate: 0.2} → dropout{rate: 0.1}\n\nstage together\n",
    );
    expect(told).toContain("  ~ export.final.opset  17 → 18");
  });

  test("stages under another name are the same", () => {
    const { renamed, added, removed, changed } = compareSpecs(base, edited(["arousal_alone", "calm"]));
    expect(renamed).toEqual([{ before: "arousal_alone", after: "calm" }]);
    expect([added, removed, changed]).toEqual([[], [], []]);
  });
});

test("what is told says what it costs, and nothing of a spec reaches the terminal as it is", () => {
  const other = edited(["hidden: 96", "hidden: 64"], ["data/quickstart", "data/\u009b31mred"]);
  const changes = compareStages(side(base, "together"), side(other, "together"));
  const told = stageChangesText("together → together\u001b[1m", changes, plainly);
  expect(told).toContain("cost\n  weights          354,694 → 279,750");
  expect(told).toMatch(/ {2}a frame +3\.5 MFLOPs → 3\.4 MFLOPs +× 0\.958\n/);
  expect([told.includes("\u001b"), told.includes("\u009b")]).toEqual([false, false]);
});

test("equal hashes and no lines are one, there and back, for stages and those after them", () => {
  const paths = [quickstart, "specs/table5/hsemotion.abaw", "specs/table5/baseline.abaw", "specs/now/cascade.abaw"];
  const told = paths.map((path) => {
    const known = analysedSpec(path);
    const sides = known.stages.map((stage) => ({ stage, known }));
    const pairs = sides.flatMap((a, i) => sides.slice(i, i + 4).map((b) => [a, b] as const));
    for (const [a, b] of pairs) {
      const same = a.stage.plan.hash === b.stage.plan.hash;
      const names = `${a.stage.plan.label} and ${b.stage.plan.label}`;
      const lines = linesOf(compareMeanings(a, b));
      expect(`${names}: ${lines.length === 0}`).toBe(`${names}: ${same}`);
      expect(linesOf(compareMeanings(b, a)).toSorted()).toEqual(lines.map(mirrored).toSorted());
    }
    return pairs.length;
  });
  expect(told.every((count) => count > 2)).toBe(true);
});

test("paths that are told alike are one line", () => {
  const blocks = (key: (i: number, layer: string) => string) =>
    ["norm", "attn.qkv", "attn.proj"].flatMap((layer) =>
      Array.from({ length: 12 }, (_, i) => ({ path: `face.blocks[${i}].${layer}`, key: key(i, layer) })),
    );
  const told = (key: (i: number, layer: string) => string) =>
    foldByPath([{ path: "head au", key: "" }, ...blocks(key)]).map(({ path, leaves }) => `${path} ${leaves.length}`);
  expect(told(() => "x")).toEqual(["face.blocks 36"]);
  expect(told((_, layer) => (layer === "norm" ? "" : "x"))).toEqual(["face.blocks[0 .. 11].attn 24"]);
  expect(told((i) => (i < 6 ? "x" : ""))).toEqual(["face.blocks[0 .. 5] 18"]);
  expect(told((i, layer) => (i === 3 && layer === "norm" ? "y" : ""))).toEqual(["face.blocks[3].norm 1"]);
  expect(told(() => "")).toEqual([]);
});
