import { Ajv, type SchemaObject } from "ajv";
import { createColors } from "picocolors";
import { describe, expect, test } from "vitest";
import { explanationText } from "../../cli/explain-text.ts";
import { jsonSchemas } from "../../cli/json-schemas.ts";
import { type Explanation, explain } from "../../compiler/explain/explain.ts";
import { listing } from "../../compiler/explain/listing.ts";
import type { StageExplanation } from "../../compiler/explain/stage-explanation.ts";
import type { WeightNode } from "../../compiler/explain/weight-tree.ts";
import { abaw } from "../cli/abaw.ts";
import { compiled } from "../plan-of.ts";
import { type Analysed, analysed, analysedSpec } from "./analysed.ts";

const spec = "specs/00-example.abaw";
const variant = "table4_expr[from: [alone(au)], tasks: [au, expr, valence]]";
const things = [
  ["task", "au", /task au = units\(AU1, .*\) \{ activation: sigmoid \}\n/],
  ["data", "aff2", /duplicates: keep_first\n/],
  [
    "encoder",
    "face",
    /encoder face = vit\(12, 768, 12, 16, drop: 0, pool: mean, position: sincos, grid: none, registers: 0, scale: false, bias: true, eps: 1e-6\) \{\n/,
  ],
  ["module", "fusion", /m\.fusion +in expr_final, variant_b/],
  ["model", "system", /temporal +bool, default false\n\nstages\n {2}alone\(au\)/],
  ["stages", "joint", /lambda +\{task: float\}, default/],
  ["assembly", "final", /valence +joint\(.*\) -> gaussian 5 frames\n/],
  ["sweep", "table4_expr", /53\.8 M of 96\.3 M weights trained, 35\.2 GFLOPs per frame/],
  ["value", "P", /P = \(score\(valence\) \+ score\(arousal\)\) \/ 2 \+ score\(expr\) \+ score\(au\)/],
] as const;
const paths = ["expr_final.face.trunk", "expr_final.face.trunk.blocks[3].attn"];
const call = "joint(au, [au, arousal], length: 3)";
const known = analysedSpec(spec, ["expr_final", call, variant, ...paths, ...things.map(([, name]) => name)]);

function explained(name: string, depth = 1, from: Analysed = known): Explanation {
  const explanation = explain(from.asked.find(({ text }) => text === name)!, from, depth)!;
  const schema = explanation.kind === "stage" ? jsonSchemas.explainStage : jsonSchemas.explainThing;
  expectValid(schema, explanation);
  return explanation;
}

function stage(name: string, depth?: number, from?: Analysed): StageExplanation {
  const explanation = explained(name, depth, from);
  if (explanation.kind !== "stage") throw new Error(`${name} is no stage`);
  return explanation;
}

function expectValid(schema: SchemaObject, value: unknown): void {
  const ajv = new Ajv();
  expect(ajv.validate(schema, JSON.parse(JSON.stringify(value))), ajv.errorsText()).toBe(true);
}

const textOf = (explanation: Explanation, depth = 2) => explanationText(explanation, depth, createColors(false));
const leaves = (nodes: readonly WeightNode[]): readonly WeightNode[] =>
  nodes.flatMap((node) => (node.children.length === 0 ? [node] : leaves(node.children)));

describe("a stage", () => {
  test("with its block, tensors, weights by path, loss, what it reads, cost", () => {
    const text = textOf(explained("expr_final"));
    for (const part of [
      `stage expr_final, ${spec}:29\n= joint(expr, [au, expr, valence], [alone(au), alone(valence)], 5)\n`,
      "  loss: {\n    au:      1 * bce(au, weight: none, pos_weight: balanced)\n    expr:    0.5 * ce(expr, weight: balanced, smoothing: 0)\n",
      "  alone(au).x       [time, d: 768]                of a finished stage\n",
      "weights 96,294,165, 53,766,933 trained, 42,527,232 frozen\n",
      "    trunk                 vit_trunk      85,645,824  50 % at 1e-6, decay 0.01  alone(expr)        35.21 G\n",
      "    lstm[0 .. 1]                      2 × 4,724,736  at 1e-5, decay 0.01       uniform(0.0361)  2 × 9.5 M\n",
      "starts from alone(expr)\n",
      "  a frame                                      35.2 GFLOPs\n    with its features                          106 GFLOPs\n",
      "    gradients                                  215.1 MB\n",
    ])
      expect(text).toContain(part);
  });

  test("whose numbers add up", () => {
    const { weights, cost } = stage("expr_final");
    const sum = (key: "weights" | "trained") => leaves(weights.tree).reduce((total, node) => total + node[key], 0);
    expect([sum("weights"), sum("trained")]).toEqual([weights.total, weights.trained]);
    const { total, ...parts } = cost.step!.memory;
    expect(Object.values(parts).reduce((all, bytes) => all + bytes, 0)).toBe(total);
    const below = weights.tree.find(({ path }) => path === "face")!;
    expect(below.children.reduce((all, { flops }) => all + flops, 0)).toBeLessThanOrEqual(below.flops);
    expect(below.flops).toBeLessThan(cost.forward);
  });

  test("that the spec does not bind: a call, a variant of a sweep", () => {
    expect(stage(call).block).toContain(
      "stage joint_au_au_arousal_length_3 = train system([au, arousal], from: [], temporal: true)",
    );
    expect(stage(variant).block).toContain("from: [alone(au)]");
    expect(stage(variant).name).toBe(variant);
  });

  test("at a path of weights", () => {
    const trunk = textOf(explained(paths[0]!));
    expect(trunk).toContain("weights of face.trunk\n");
    expect(trunk).toMatch(/blocks\[0 \.\. 5\] +vit_block +6 × 7,087,872 +frozen +alone\(expr\)/);
    expect(trunk).toMatch(/blocks\[6 \.\. 11\] +vit_block +6 × 7,087,872 +at 1e-6, decay 0.01/);
    expect(textOf(explained(paths[1]!), 1)).toMatch(/\n {2}qkv +linear +1,771,776 +frozen/);
  });

  test("with the tensors of modules at a greater depth", () => {
    expect(stage("expr_final", 2).tensors).toContainEqual({
      name: "face.t",
      shape: "[time, n: 197, d: 768]",
      kind: "definition",
    });
    expect(stage("expr_final", 1).tensors.map(({ name }) => name)).toEqual([
      "image",
      "alone(au).x",
      "alone(valence).x",
      "x",
      "m",
      "s",
      "au",
      "expr",
      "valence",
    ]);
  });

  test("says what is not in its cost", () => {
    const from = analysedSpec("specs/now/cprl.abaw", ["student"]);
    expect(stage("student", 1, from).cost.without).toEqual([]);
  });
});

test.each(things)("a %s: %s", (kind, name, expected) => {
  const text = textOf(explained(name));
  expect(text.split(/[ ,\n]/)[0]).toBe(kind);
  expect(text).toMatch(expected);
});

test("what is printed of an encoder, data or a task means the same in the place of the declaration", () => {
  const before = `use "std/vit.abaw"\n`;
  const after = `model m() (image) { head smile = image -> face -> linear }
stage s = train m() on shots { duration: 1 epochs, batch: 2 }
`;
  const declared = `encoder face = vit(depth: 2, dim: 32, heads: 2, patch: 16) { weights: load("f.safetensors", names: mae, fresh: ["norm"]) }
task smile = units(AU12)
data shots { format: csv("t.csv"), root: "d", fields: {image: images("p", size: 32)}, labels: {smile: columns([AU12])}, split: random_split(0.8) }
`;
  const hash = (text: string) => {
    const { plan, diagnostics } = compiled(before + text + after);
    return plan?.stages[0]?.hash ?? diagnostics.map(({ message }) => message).join();
  };
  expect(hash(declared)).toMatch(/^[0-9a-f]{64}$/);
  const names = ["face", "smile", "shots"];
  const from = analysed(before + declared + after, "s.abaw", { ask: names });
  const printed = names.map((name) => (explained(name, 1, from) as { block: string }).block);
  expect(printed[0]).toContain("drop: []");
  expect(printed[2]).toContain("seed: 0");
  expect(hash(printed.join("\n"))).toBe(hash(declared));
});

test("a spec lists what can be asked about", () => {
  const found = listing(known);
  expectValid(jsonSchemas.explainSpec, found);
  expect(found.stages.slice(0, 2).map(({ name }) => name)).toEqual(["alone(au)", "alone(valence)"]);
  expect(found.names).toContainEqual({ kind: "task", name: "au", file: "std/aff2.abaw" });
});

describe("abaw explain", () => {
  test("prints stages as text and as JSON, with profiles and settings", () => {
    const words = ["explain", "specs/table5/netease.abaw", "F_au", "--profile", "toy", "--set", "stage.batch=5"];
    const { status, out } = abaw([...words, "--depth", "2"]);
    expect(status).toBe(0);
    expect(out).toContain("batch:         5\n");
    expect(out).toMatch(/face\.t +\[n: 5, d: 32\]/);
    const json: unknown = JSON.parse(abaw([...words, "--json"]).out);
    expectValid(jsonSchemas.explainStage, json);
  });

  test("prints functions of the language", () => {
    const { out } = abaw(["explain", "specs/10-newcomer.abaw", "adamw"]);
    expect(out).toContain("betas: [float] = [0.9, 0.999]");
  });

  test.each([
    [["nope"], "there is no thing named `nope`"],
    [["frst"], "did you mean `first`?"],
    [["first("], "the name that was asked for:1:"],
    [["first.fase"], "did you mean face?"],
    [["first", "--depth", "none"], "--depth takes a whole number from 1 to 64"],
  ])("%j is the user's mistake", (words, message) => {
    const { status, err } = abaw(["explain", "specs/10-newcomer.abaw", ...words]);
    expect([status, err.includes(message) ? message : err]).toEqual([1, message]);
  });
});
