import { describe, expect, test } from "vitest";
import { evaluateKeys, stageKeys } from "../../compiler/check/keys.ts";
import { library } from "../../compiler/check/library-calls.ts";
import { tensorFunctions } from "../../compiler/check/tensors/index.ts";
import { compiled } from "../plan-of.ts";

/** A default that can be written down as it is. */
const isLiteral = (usual: string | undefined): usual is string =>
  usual !== undefined &&
  /^(-?[\d.e-]+( \w+)?|true|false|none|\[[^a-z]*\]|\w+\(0\.02\)|"\w+"|mean|frame|rows|repeat|same|epoch|abaw|all|fp32)$/.test(
    usual,
  );

interface Places {
  readonly step?: string;
  readonly block?: string;
  readonly stream?: string;
}

/** One trained stage over clips with something at one place; the hash of everything that decides its result, or what stands in the way. */
function hashOf({ step = "x", block = "", stream = "s.au" }: Places): string {
  const has = (key: string) => block.startsWith(`${key}:`);
  const { plan, diagnostics } = compiled(`use "std/aff2.abaw"

data faces { format: synthetic(videos: 2, frames: 20), fields: {image: images("p", size: 16)} }

model m() (image) {
  x = mean(image, over: [h, w])
  y = ${step}
  z = if size(y) == 3 then y else mean(y, keep: true)
  head au = z -> lstm(4) -> linear
}

stage s = train m() on faces {
  ${has("clip") ? "" : "clip: clip(4),"} ${has("batch") ? "" : "batch: 8,"} ${has("duration") ? "" : "duration: 2 steps,"} ${block}
}

assemble out on faces { au: ${stream} }
`);
  const said = diagnostics.filter(({ severity }) => severity !== "warning").map(({ message }) => message);
  return said.length > 0 ? said.join("; ") : JSON.stringify([plan?.stages.map(({ hash }) => hash), plan?.assemblies]);
}

const picture = "mean(image -> CALL, over: [h, w])";

/** A use of each tensor function that has defaults; CALL takes what is added. */
const steps: Readonly<Record<string, readonly [place: string, args: string]>> = {
  leaky_relu: ["x -> CALL", ""],
  clamp: ["x -> CALL", ""],
  sum: ["CALL -> view([.., c: 1])", "x, over: c"],
  mean: ["CALL -> view([.., c: 1])", "x, over: c"],
  max: ["CALL -> view([.., c: 1])", "x, over: c"],
  min: ["CALL -> view([.., c: 1])", "x, over: c"],
  std: ["CALL -> view([.., c: 1])", "x, over: c"],
  attend: ["CALL", "x, x, x"],
  conv: [picture, "3, kernel: 3"],
  conv_time: ["x -> CALL", "3, kernel: 3"],
  lstm: ["x -> CALL", "3"],
  gru: ["x -> CALL", "3"],
  linear: ["x -> CALL", "3"],
  layer_norm: ["x -> CALL", ""],
  batch_norm: ["x -> CALL", ""],
  prelu: ["x -> CALL", ""],
  learned: ["x + CALL", "[c: 3]"],
  group_norm: ["x -> CALL", "3"],
  max_pool: [picture, "2"],
  avg_pool: [picture, "2"],
  rotary2d: ["x + CALL.sin[n: 0][0 .. 2]", "2, 2, 8"],
};

/** Which functions stand where in a stage's block or an assembly. */
const calls: Readonly<Record<string, readonly [place: keyof Places, text: string, args: string]>> = {
  clip: ["block", "evaluate: {clip: CALL}", "4"],
  flip: ["block", "augment: [CALL]", ""],
  crop: ["block", "augment: [CALL]", "0.8 .. 1.0"],
  rotate: ["block", "augment: [CALL]", "10"],
  jitter: ["block", "augment: [CALL]", "0.2"],
  adamw: ["block", "optimizer: CALL", "1e-3"],
  adam: ["block", "optimizer: CALL", "1e-3"],
  sgd: ["block", "optimizer: CALL", "1e-3"],
  constant: ["block", "optimizer: adam(CALL)", "1e-3"],
  cosine: ["block", "optimizer: adam(CALL)", "1e-3"],
  step: ["block", "optimizer: adam(CALL)", "1e-3, factor: 0.5, every: 1 epochs"],
  exponential: ["block", "optimizer: adam(CALL)", "1e-3, rate: 0.5"],
  bce: ["block", "loss: {au: CALL}", "au"],
  focal: ["block", "loss: {au: CALL}", "au"],
  asl: ["block", "loss: {au: CALL}", "au"],
  fit: ["stream", "s.au -> threshold(CALL)", "0.1 .. 0.9, on: faces.val"],
};

const added = (args: string, more: string) => [args, more].filter((part) => part !== "").join(", ");

describe("the defaults that the vocabulary names are those that hold", () => {
  const ofTensors = Object.entries(tensorFunctions).flatMap(([name, { params }]) =>
    Object.entries(params).flatMap(([param, { usual }]) => (isLiteral(usual) ? [[name, param, usual] as const] : [])),
  );
  test.each(ofTensors.filter(([name]) => name !== "onnx"))("%s(%s: %s)", (name, param, usual) => {
    const [place, args] = steps[name] ?? ["", ""];
    const step = (more: string) => place.replace("CALL", `${name}(${added(args, more)})`);
    const plain = hashOf({ step: step("") });
    expect(plain).toMatch(/^\[\[/);
    expect(hashOf({ step: step(`${param}: ${usual}`) })).toBe(plain);
  });

  const ofCalls = Object.entries(calls).flatMap(([name, place]) =>
    Object.entries(library[name]?.params ?? {}).flatMap(([param, { usual }]) =>
      isLiteral(usual) ? [[name, param, usual, place] as const] : [],
    ),
  );
  test.each(ofCalls)("%s(%s: %s)", (name, param, usual, [place, text, args]) => {
    const at = (more: string) => ({ [place]: text.replace("CALL", `${name}(${added(args, more)})`) });
    const plain = hashOf(at(""));
    expect(plain).toMatch(/^\[\[/);
    const given = hashOf(at(`${param}: ${usual}`));
    // What a later version does with the default is its own.
    if (!given.includes("this version cannot")) expect(given).toBe(plain);
  });

  const keys = Object.entries(stageKeys).flatMap(([key, { usual }]) =>
    isLiteral(usual) && key !== "clip" ? [[key, usual] as const] : [],
  );
  test.each(keys)("%s: %s", (key, usual) => {
    expect(hashOf({ block: `${key}: ${usual}` })).toBe(hashOf({ block: key === "batch" ? "batch: 32" : "" }));
  });

  test("without a batch, 32", () => {
    const text = (batch: string) => `use "std/aff2.abaw"
data faces { format: synthetic(), fields: {image: images("p", size: 16)} }
model m() (image) { head au = mean(image, over: [h, w]) -> linear }
stage s = train m() on faces { duration: 2 steps ${batch} }`;
    const hash = (batch: string) => compiled(text(batch)).plan?.stages.map((stage) => stage.hash);
    expect(hash("batch: 32")).toEqual(hash(""));
    expect(hash("batch: 31")).not.toEqual(hash(""));
  });

  test.each(Object.entries(evaluateKeys).filter(([key, { usual }]) => key !== "tta" && isLiteral(usual)))(
    "evaluate: {%s: ..}",
    (key, { usual }) => {
      expect(hashOf({ block: `evaluate: {${key}: ${usual}}` })).toBe(hashOf({}));
    },
  );
});

test("every function and key of the vocabulary says what it is", () => {
  const docs = [...Object.entries(tensorFunctions), ...Object.entries(library), ...Object.entries(stageKeys)];
  for (const [name, { doc }] of docs) expect(doc, name).toMatch(/^\S.+\.$/);
});
