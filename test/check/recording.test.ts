import { describe, expect, test } from "vitest";
import { analyse } from "../../compiler/compile.ts";
import { oneLine, readStandard } from "../plan-of.ts";

/** A spec with a module under two names: what the second name says is evaluated, what the first says twice is recorded and done again. */
const spec = (module: string, uses: readonly [string, string]) => `use "std/aff2.abaw"
use "std/nn.abaw"

${["first", "second"].map((name) => module.replaceAll("MODULE", name)).join("\n")}

model m() (image) {
  a = mean(image, over: w)
  one = ${uses[0]}
  two = ${uses[1]}
  x = a -> one -> two
  head au = mean(x, over: h) -> linear
}

stage s() = train m() on aff2(32) { batch: 4, duration: 1 steps }
fine = s()
`;

const modules: readonly (readonly [string, string, string])[] = [
  [
    "weights, dropout and running statistics",
    `module MODULE(wide: int, rate: float = 0.1) (x: [.., c, h]) -> [.., c, h] {
  inside = linear(wide)
  norm = batch_norm(axis: c)
  return (x -> inside -> dropout(rate) -> linear(h)) + (x -> norm -> dropout(0.2))
}`,
    "(8, rate: 0.3)",
  ],
  [
    "layers in a list, one of them used twice, and a learned tensor",
    `module MODULE(n: int) (x: [.., c, h]) -> [.., c, h] {
  steps = [linear(h) for i in range(n)]
  place = learned([c, h], normal(0.02))
  same = layer_norm(1e-5)
  return (x + place -> steps -> same) + (x -> same)
}`,
    "(3)",
  ],
  [
    "modules as arguments whose arguments name sizes",
    `module MODULE(act: module = relu, feed: module = mlp(2 * h)) (x: [.., c, h]) -> [.., c, h] {
  inner = feed
  return x -> inner -> act
}`,
    "(act: gelu, feed: mlp(4))",
  ],
  [
    "several results",
    `module MODULE() (x: [.., c, h]) -> [.., c, h] {
  parts = x -> split([16, 16], over: h)
  both = {low: parts[0] -> linear(16), high: parts[1] -> linear(16)}
  return concat(both.low, both.high, over: h)
}`,
    "()",
  ],
];

/** Hash and weights of the one stage, and under which paths something was done as recorded. */
function made(text: string) {
  const again: string[] = [];
  const { plan, diagnostics } = analyse(
    { name: "test.abaw", text },
    { read: readStandard },
    undefined,
    (_, __, path) => {
      again.push(path);
    },
  );
  expect(diagnostics.map(oneLine)).toEqual([]);
  const stages = plan?.stages.map(({ hash, parameters }) => [hash, parameters.map(({ path }) => path)]);
  return { stages, again };
}

describe("a use that is done as it was recorded makes the graph and the weights that evaluating makes", () => {
  test.each(modules)("%s", (_, module, args) => {
    const alone = spec(module, [`first${args}`, `first${args}`]).replace(/module second[\s\S]*?\n}\n/, "");
    const recorded = made(alone);
    const evaluated = made(spec(module, [`first${args}`, `second${args}`]));
    expect(recorded.stages).toEqual(evaluated.stages);
    expect(recorded.again).toContain("two");
    expect(evaluated.again).not.toContain("two");
  });
});
