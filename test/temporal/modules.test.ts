import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import type { Graph } from "../../compiler/ir/graph.ts";
import type { Evaluator, Tensors } from "../../runtime/engines/engine.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { tolerances } from "../tolerances.ts";
import { type ModuleCase, moduleCases, present, sizeOf } from "./module-cases.ts";

interface Stored {
  readonly cases: readonly {
    readonly label: string;
    readonly y: readonly number[];
    readonly loss: number;
    readonly gradients: Readonly<Record<string, readonly number[]>>;
  }[];
}

const stored: Stored = JSON.parse(readFileSync(new URL("../reference/temporal.json", import.meta.url), "utf8"));
const cases = moduleCases();
const recurrent = ["lstm_both", "lstm_on", "gru_both", "gru_deep"];
const open: Evaluator[] = [];
afterAll(() => Promise.all(open.map((evaluator) => evaluator.release())));

async function run(graph: Graph, { parameters, states, feeds }: ModuleCase, given: Tensors = feeds) {
  const evaluator = await onnxEngine.evaluator(graph, new Map([...parameters, ...states]));
  open.push(evaluator);
  return evaluator.run(given);
}

/** Numbers of padded frames replaced: by 0, or where `value` is given by that. */
function withPadding({ feeds, timed }: ModuleCase, value: number): Tensors {
  return new Map(
    [...feeds].map(([name, tensor]) => {
      const width = tensor.shape[2];
      if (!timed || width === undefined || !(tensor.data instanceof Float32Array)) return [name, tensor];
      return [name, { ...tensor, data: tensor.data.map((x, i) => (present[Math.floor(i / width)] === 1 ? x : value)) }];
    }),
  );
}

function onlyReal(values: readonly number[], timed: boolean): readonly number[] {
  const width = values.length / present.length;
  return timed ? values.map((x, i) => (present[Math.floor(i / width)] === 1 ? x : 0)) : values;
}

async function valuesOf(one: ModuleCase, feeds?: Tensors): Promise<readonly number[]> {
  return Array.from((await run(one.stage.graphs.feature("y"), one, feeds)).get("y")?.data ?? [], Number);
}

test("PyTorch has been asked for every module", () => {
  expect(stored.cases.map(({ label }) => label)).toEqual(cases.map(({ label }) => label));
});

describe.each(cases.map((one) => [one.label, one] as const))("%s", (label, one) => {
  const expected = stored.cases.find((answer) => answer.label === label);

  test("has PyTorch's values", async () => {
    const y = await valuesOf(one);
    expect(largestDifference(onlyReal(y, one.timed), expected?.y ?? [])).toBeLessThan(tolerances.modules);
    // As PyTorch unpacks sequences.
    if (recurrent.includes(label)) expect(largestDifference(y, onlyReal(y, true))).toBe(0);
  });

  test("has PyTorch's loss and gradients", async () => {
    const results = await run(one.stage.graphs.training(sizeOf(one)), one);
    const numbers = (name: string) => Array.from(results.get(name)?.data ?? [], Number);
    expect(largestDifference(numbers("loss/probe"), [expected?.loss ?? 0])).toBeLessThan(tolerances.modules);
    for (const [path, gradient] of Object.entries(expected?.gradients ?? {})) {
      expect(largestDifference(numbers(`gradient/${path}`), gradient, 1), path).toBeLessThan(
        tolerances.moduleGradients,
      );
    }
    expect([...results.keys()].filter((name) => name.startsWith("gradient/")).length).toBe(one.parameters.size);
  });
});

/** Those that hide padding; a convolution sees what stands there, and joint cross-attention's maps are of all frames of the clip. */
const hiding = cases.filter(({ label, timed }) => timed && label !== "convolving" && label !== "correlating");

test.each(hiding.map((one) => [one.label, one] as const))(
  "what stands in padding changes nothing in %s",
  async (_, one) => {
    const [some, other] = [withPadding(one, 0), withPadding(one, 0.75)];
    const [y, again] = [await valuesOf(one, some), await valuesOf(one, other)];
    expect(largestDifference(onlyReal(again, true), onlyReal(y, true))).toBe(0);
    const graph = one.stage.graphs.training(sizeOf(one));
    const [first, second] = [await run(graph, one, some), await run(graph, one, other)];
    for (const [name, { data }] of first)
      expect(largestDifference(second.get(name)?.data ?? [], Array.from(data, Number)), name).toBe(0);
  },
);
