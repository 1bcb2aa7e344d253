import { expect, test } from "vitest";
import { compiled } from "../plan-of.ts";

const spec = `
use "std/aff2.abaw"
use "std/nn.abaw"
use "std/time.abaw"

few  = aff2 with {root: "none", fields: {seen: features("seen.h5", dims: [4], layout: h5_video_frame)}}
many = few with {fields.seen: features("more.h5", dims: [6], layout: h5_video_frame)}
once = few with {fields.place: features("place.h5", dims: [3], layout: h5_video_frame, per: video)}

model plain(t: task) (seen) {
  head t = seen -> linear(8) -> relu -> linear
}

model placed(t: task, temporal: bool) (seen, place) {
  y = (seen -> linear(8)) + (place -> linear(8))
  z = if temporal then y -> temporal_convergence(hidden: 4) else y
  head t = z -> linear
}

model window(t: task, n: int) (seen) {
  x = seen -> linear(8)
  scores: [.., time: n, u: n] = dot(x, x -> rename(time: u), over: d)
  head t = scores -> rename(u: d) -> linear
}

stage of(t: task, d: data = few, seed: int = 0) = train plain(t) on d { duration: 1 epochs, seed: seed }
stage frame(t: task) = train placed(t, false) on once { duration: 1 epochs }
stage clips(t: task) = train placed(t, true) on once { clip: clip(4), duration: 1 epochs }
stage windows(t: task, n: int) = train window(t, n) on few { clip: clip(n), duration: 1 epochs }
stage fold(k: int) = train plain(au) on few.fold(k) { duration: 1 epochs }
`;

function saidOf(streams: string) {
  const { plan, diagnostics } = compiled(`${spec}\nassemble final on few { ${streams} }\nexport final\n`);
  const said = diagnostics
    .filter(({ code }) => code === "not-yet-written")
    .map(({ message }) => message.split(": checked")[0]);
  const mistakes = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
  const graph = () => plan?.exports[0]?.graph();
  return { said, mistakes, graph };
}

test.each([
  ["a sum", "au: 0.2 * of(au).au + 0.8 * of(au, seed: 1).au"],
  [
    "smoothing and a threshold of the whole",
    "au: mean([of(au).au, of(au, seed: 1).au]) -> median(5 rows) -> threshold(0.4)",
  ],
  ["smoothing of a part", "au: mean([of(au).au -> gaussian(sigma: 2 frames), of(au, seed: 1).au -> box(3 rows)])"],
  ["a blend in a blend", "au: 0.5 * mean([of(au).au, of(au, seed: 1).au]) + 0.5 * of(au, seed: 2).au"],
  ["the mean of folds, below a threshold", "au: folded([fold(k).au for k in range(5)]) -> threshold(0.5)"],
  ["frames and clips", "au: mean([of(au).au, clips(au).au])"],
  ["frames and windows of one length", "au: mean([of(au).au, windows(au, 8).au])"],
])("%s is written", (_, streams) => {
  const { said, mistakes, graph } = saidOf(streams);
  expect([said, mistakes]).toEqual([[], []]);
  expect(graph()?.outputs.map(({ name }) => name)).toEqual(["au"]);
});

test.each([
  [
    "a threshold of a part",
    "au: mean([of(au).au -> threshold(0.4), of(au, seed: 1).au])",
    "the export of a blend with `threshold` inside",
  ],
  [
    "a median of a part, below other smoothing",
    "expr: mean([of(expr).expr, of(expr, seed: 1).expr -> median(5 rows) -> box(3 rows)]) -> box(5 rows)",
    "the export of a blend with `median` inside",
  ],
  [
    "a threshold of a fold",
    "au: folded([fold(k).au -> threshold(0.4) for k in range(5)])",
    "the export of a blend with `threshold` inside",
  ],
  [
    "a bias of a part",
    "expr: mean([of(expr).expr -> bias([0, 0, 0, 1, 0, 0, 0, 0]), of(expr, seed: 1).expr])",
    "the export of a blend with `bias` inside",
  ],
  [
    "a fitted weight",
    "au: fit(0 .. 1, on: few.val) * of(au).au + of(au, seed: 1).au",
    "the export of a blend with a fitted weight",
  ],
  [
    "a field of two sizes",
    "expr: mean([of(expr).expr, of(expr, many).expr])",
    "one file in which `seen` is numbers [4] of each frame and numbers [6] of each frame",
  ],
  [
    "a field of frames and of clips",
    "expr: frame(expr), valence: clips(valence)",
    "one file in which `place` is numbers [3] of each frame and numbers [3] of each clip",
  ],
  [
    "windows of two lengths",
    "expr: mean([windows(expr, 8).expr, windows(expr, 4).expr])",
    "one file for windows of 8 and of 4 frames",
  ],
])("%s is told not to be written, and nothing is", (_, streams, expected) => {
  const { said, mistakes, graph } = saidOf(streams);
  expect([said, mistakes]).toEqual([[expected], []]);
  expect(graph).toThrow(`this version cannot write ${expected}`);
});

test.each([
  [
    ["Conv", "Gelu"],
    20,
    17,
    "`Gelu` of the opset 20 has no equal in the opset 17 of the model (the opset 17 has none)",
  ],
  [["Conv", "Gelu"], 20, 20, undefined],
  [["GridSample"], 16, 20, "`GridSample` of the opset 16 has no equal in the opset 20 of the model"],
  [["Dropout", "Softmax", "Upsample"], 9, 17, undefined],
] as const)("a network of %j of the opset %i, to stand in a file of the opset %i", (operators, opset, to, reason) => {
  const text = `
use "std/aff2.abaw"
faces = aff2(32) with {root: "none"}
encoder net = onnx("net.onnx", dims: [4])
model of() (image) {
  head expr = image -> net -> linear
}
stage s = train of() on faces { loss: {expr: ce(expr)}, duration: 1 epochs }
assemble final on faces { expr: s.expr }
export final { opset: ${to} }
`;
  const port = (name: string, shape: readonly (number | string)[]) => ({ name, type: "float32", shape });
  const header = {
    kind: "network" as const,
    inputs: [port("x", ["n", 3, 32, 32])],
    outputs: [port("y", ["n", 4])],
    inner: new Map(),
    domains: [],
    weights: 0,
    opset,
    operators,
  };
  const { diagnostics } = compiled(text, {
    inspect: (path) => (path === "net.onnx" ? header : { kind: "unread", reason: "it is not asked for" }),
  });
  const said = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
  expect(said).toEqual(reason === undefined ? [] : [`net.onnx does not fit: ${reason}`]);
});
