import { describe, expect, test } from "vitest";
import { dataKeys, evaluateKeys, stageKeys, sweepKeys } from "../../compiler/check/keys.ts";
import { snippets } from "../../compiler/edit/index.ts";
import { example, exchanged, labels, offered } from "./marked.ts";

const at = (from: string, to: string) => offered(exchanged(example, from, to));
const item = (items: ReturnType<typeof offered>, label: string) => items.find((each) => each.label === label);

describe("keys of the block at hand, with type, default and unit", () => {
  test("of a stage, those that are not set yet", () => {
    const items = at("  optimizer: adamw(1e-5)", "  ¦");
    const set = ["clip", "init", "loss", "params", "batch", "duration", "keep"];
    expect(labels(items)).toEqual(
      Object.keys(stageKeys)
        .filter((key) => !set.includes(key))
        .toSorted(),
    );
    expect(item(items, "patience")).toMatchObject({ kind: "key", detail: "patience: duration | none" });
    expect(item(items, "patience")?.documentation).toContain("Default: none.");
    expect(item(items, "seed")?.documentation).toContain("Default: 0.");
  });

  test("of data, of a sweep, of what a stage is judged with", () => {
    expect(labels(offered('data d {\n  format: csv("a.csv")\n  ¦\n}'))).toEqual(
      Object.keys(dataKeys)
        .filter((key) => key !== "format")
        .toSorted(),
    );
    expect(labels(offered("sweep s = a {\n  ¦\n}"))).toEqual(Object.keys(sweepKeys).toSorted());
    expect(labels(at("optimizer: adamw(1e-5)", "evaluate: {¦}"))).toEqual(Object.keys(evaluateKeys).toSorted());
    expect(item(at("optimizer: adamw(1e-5)", "evaluate: {¦}"), "every")?.documentation).toContain(
      "Unit: epochs, steps, hours.",
    );
  });

  test("durations carry their units", () => {
    const items = at("duration: 30 epochs, keep: best(score(goal))\n}\n\nstage joint", "duration: ¦\n}\n\nstage joint");
    expect(labels(items).slice(0, 3)).toEqual(["30 epochs", "30 hours", "30 steps"]);
  });

  test("of an override, parameters before keys; behind a dot, what is inside", () => {
    const items = labels(at("with {length: 10, lambda.expr: 0.25}", "with {¦}"));
    expect(items.slice(0, 5)).toEqual(["from", "goal", "lambda", "length", "tasks"]);
    expect(items).toContain("optimizer");
    expect(labels(at("with {length: 10,", "with {lambda.¦"))).toEqual(["arousal", "au", "expr", "valence"]);
    expect(labels(at("with {length: 10,", "with {optimizer.¦"))).toEqual(["betas", "eps", "lr", "weight_decay"]);
    expect(labels(at("with {length: 10,", "with {evaluate.¦"))).toEqual(Object.keys(evaluateKeys).toSorted());
  });

  test("of a profile: kinds, what is declared, and inside an encoder its module's parameters", () => {
    const items = labels(offered(`${example}\nprofile toy {\n  ¦\n}`));
    expect(items.slice(0, 3)).toEqual(["data", "encoder", "stage"]);
    expect(items).toContain("joint");
    expect(labels(offered(`${example}\nprofile toy {\n  face: {¦}\n}`))).toEqual([
      "bias",
      "depth",
      "dim",
      "drop",
      "eps",
      "grid",
      "heads",
      "patch",
      "pool",
      "position",
      "registers",
      "scale",
    ]);
    expect(labels(offered(`${example}\nprofile toy {\n  stage: {¦}\n}`))).toContain("batch");
  });

  test("of a sweep's axes: parameters and keys of what is swept", () => {
    const items = labels(at("over:   {from:", "over:   {¦, from:"));
    expect(items.slice(0, 3)).toEqual(["goal", "lambda", "length"]);
    expect(items).toContain("seed");
  });
});

describe("names and values", () => {
  test("what the wanted type has comes first: optimisers, rows, metrics", () => {
    expect(labels(at("optimizer: adamw(1e-5)", "optimizer: ¦")).slice(0, 4)).toEqual(["adam", "adamw", "sam", "sgd"]);
    expect(labels(at("where:     valid(goal)", "where: ¦")).slice(0, 2)).toEqual(["any_valid", "valid"]);
    expect(labels(at("report: [score(expr)]", "report: [¦]")).slice(0, 2)).toEqual(["accuracy", "score"]);
  });

  test("locals, names of the file and of what it uses", () => {
    const items = labels(at("fusion(drop: 0.3)", "¦"));
    for (const name of ["x", "image", "temporal", "fusion", "relu", "attention"]) expect(items).toContain(name);
    expect(labels(at("sum(s.x for s in from)", "sum(¦ for s in from)"))).toContain("s");
  });

  test("words that a type lists, and nothing else where nothing else can stand", () => {
    expect(labels(at("names: mae", "names: ¦"))).toContain("timm");
    expect(labels(at("patch: 16)", "patch: 16, pool: ¦)"))).toEqual(["cls", "mean", "tokens"]);
    expect(labels(at("optimizer: adamw(1e-5)", "precision: ¦"))).toEqual(["bf16", "fp32"]);
    expect(labels(offered("data d {\n  format: ¦\n}")).slice(0, 6)).toContain("s_aff_wild2");
    expect(labels(at("{lr: 1e-6}", "¦")).slice(0, 2)).toEqual(["frozen", "trained"]);
  });

  test("named arguments that are not given, with type and default", () => {
    const items = at("cosine(1e-5, warmup: 1 epoch)", "cosine(1e-5, ¦)");
    expect(item(items, "floor")).toMatchObject({ kind: "argument", detail: "floor: float = 0", insert: "floor: " });
    expect(item(at("fusion(drop: 0.3)", "fusion(¦)"), "act")).toMatchObject({ detail: "act: module = relu" });
    expect(labels(at("cosine(1e-5, warmup: 1 epoch)", "cosine(1e-5, warmup: 1 epoch, ¦)"))).not.toContain("warmup");
  });

  test("units behind a number: of a duration, those of durations", () => {
    expect(
      labels(at("duration: 30 epochs, keep: best(score(goal))\n}\n\nstage joint", "duration: 30 ¦\n}\n\nstage joint")),
    ).toEqual(["epochs", "hours", "steps"]);
    expect(labels(at("sigma: 5 frames)\n  arousal", "sigma: 5 ¦)\n  arousal"))).toEqual(["frames", "rows", "seconds"]);
  });
});

describe("losses and tasks", () => {
  test("a term that is called by a task has the losses that it admits", () => {
    expect(labels(at("{goal: criterion[goal]}", "{expr: ¦}")).slice(0, 4)).toEqual(["ce", "focal", "kl", "ldam"]);
    expect(labels(at("{goal: criterion[goal]}", "{valence: ¦}")).slice(0, 3)).toEqual(["ccc", "l1", "mse"]);
    expect(item(at("{goal: criterion[goal]}", "{valence: ¦}"), "ccc")?.insert).toBe("ccc(valence$0)");
  });

  test("a loss has the tasks that it is for, and variables that can be one", () => {
    const tasks = (loss: string) => labels(at("{goal: criterion[goal]}", `{goal: ${loss}(¦)}`));
    expect(tasks("bce").slice(0, 2)).toEqual(["au", "goal"]);
    expect(tasks("bce")).not.toContain("expr");
    expect(tasks("ccc").slice(0, 3)).toEqual(["arousal", "goal", "valence"]);
  });

  test("of a model that names its heads, those", () => {
    const spec = (loss: string) => `use "std/aff2.abaw"
model m() (image) {
  x = mean(image, over: [h, w])
  head valence = x -> linear
}
stage s = train m() on aff2 { loss: {valence: ${loss}}, duration: 1 epochs }`;
    expect(labels(offered(spec("ccc(¦)"))).filter((label) => label === "arousal")).toEqual([]);
    expect(labels(offered(spec("ccc(¦)")))[0]).toBe("valence");
  });
});

describe("members and paths", () => {
  test("of a stage: heads, what its model defines, encoders", () => {
    const items = labels(at("goal: alone(goal).goal}", "goal: alone(goal).¦}"));
    for (const name of ["goal", "au", "x", "m", "face"]) expect(items).toContain(name);
    expect(items).not.toContain("tasks");
    expect(labels(at("sum(s.x for s in from)", "sum(s.¦ for s in from)"))).toContain("x");
  });

  test("of data its parts, of a task its head below it, of a map its keys", () => {
    expect(labels(at("on: aff2.val", "on: aff2.¦"))).toEqual(["all", "fold", "test", "train", "val"]);
    expect(labels(offered("drawer = {depth: 8, dim: 512}\nside = drawer.¦"))).toEqual(["depth", "dim"]);
  });

  test("paths of parameters, step by step", () => {
    const patterns = (path: string) => labels(at("{face: {lr: 1e-6}", `{${path}¦, face: {lr: 1e-6}`));
    expect(patterns("")).toEqual(expect.arrayContaining(["face", "m", "x", "**"]));
    expect(patterns("face.")).toEqual(expect.arrayContaining(["trunk", "norm", "**"]));
    expect(patterns("face.trunk.blocks[0].")).toEqual(expect.arrayContaining(["attn", "ffn", "norm1"]));
    expect(patterns("face.trunk.blocks[0 .. 5].attn.")).toEqual(expect.arrayContaining(["qkv", "proj"]));
    expect(patterns("face.trunk.blocks[0].attn.qkv.")).toEqual(expect.arrayContaining(["weight", "bias"]));
    expect(patterns("m.")).toContain("fusion");
    expect(labels(at("{lr: 1e-6}", "{¦}"))).toEqual(["l2", "lr", "lr_scale", "recompute", "weight_decay"]);
  });

  test("files after `use`, codes of warnings after `allow(`", () => {
    expect(labels(offered('use "¦'))).toContain("std/vit.abaw");
    expect(labels(offered('use "std/¦"'))).toContain("std/nn.abaw");
    const codes = labels(offered("x = 1 # allow(¦"));
    expect(codes).toContain("never-used");
    expect(codes).not.toContain("unknown-name");
  });

  test("declarations where a line begins, types where a parameter has its own", () => {
    expect(labels(offered(`${example}\n¦`))).toEqual(snippets.map(({ prefix }) => prefix).toSorted());
    expect(labels(offered("stage s(a: ¦) = train m() on d {}"))).toContain("duration");
    expect(labels(offered("model m() (image) {\n  ¦\n}"))).toEqual(["head", "return"]);
  });
});
