import util from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import { symbol } from "../../compiler/ir/dim.ts";
import { allOps, opRules } from "../../compiler/ops/index.ts";
import * as v from "../../compiler/ops/vocabulary.ts";
import type { Tensor } from "../../runtime/engines/engine.ts";
import { tfjsEngine, tfjsWays } from "../../runtime/engines/tfjs/index.ts";
import { putBackUtil } from "../../runtime/engines/tfjs/removed-util.ts";
import { tinyTraining } from "./tiny-training.ts";

const engine = await tfjsEngine(tfjsWays.filter(({ name }) => name === "wasm"));

test("every op has a rule for TensorFlow.js or can be expanded", () => {
  expect(allOps.filter((op) => op.tfjs === undefined && op.expand === undefined).map((op) => op.name)).toEqual([]);
});

describe("memory", () => {
  test("does not grow over 1,000 steps, and is given back", async () => {
    const before = tf.memory().numTensors;
    const { program, feeds } = tinyTraining();
    const trainer = await engine.trainer(program);
    const step = async (i: number) => trainer.step([feeds], i, [{ rate: 1e-3, weightDecay: 0 }]);
    await step(1);
    const after = tf.memory();
    for (let i = 2; i <= 1000; i += 1) await step(i);
    expect(tf.memory().numTensors).toBe(after.numTensors);
    expect(tf.memory().numBytes).toBe(after.numBytes);
    await trainer.release();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("is given back by an evaluator, whatever sizes it met", async () => {
    const before = tf.memory().numTensors;
    const evaluator = await engine.evaluator(twice(), new Map());
    for (const rows of [1, 3, 3, 2]) {
      const results = await evaluator.run(new Map([["x", ones([rows, 2])]]));
      expect(results.get("y")).toEqual({ ...ones([rows, 2]), data: new Float32Array(2 * rows).fill(2) });
      // One output is the input itself.
      expect(results.get("same")).toEqual(ones([rows, 2]));
    }
    await evaluator.release();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("is given back where a feed does not fit", async () => {
    const evaluator = await engine.evaluator(twice(), new Map());
    const before = tf.memory().numTensors;
    await expect(evaluator.run(new Map([["x", ones([1, 3])]]))).rejects.toThrow(
      "x is fed [1, 3], but it is float32[n, 2]",
    );
    await expect(evaluator.run(new Map())).rejects.toThrow("nothing is fed to x");
    expect(tf.memory().numTensors).toBe(before);
    await evaluator.release();
  });
});

describe("element types", () => {
  test("int64 within int32 goes through, more is refused", async () => {
    const g = new GraphBuilder(opRules);
    const x = g.input("field", "x", { dtype: "int64", shape: [2] });
    const evaluator = await engine.evaluator({ name: "g", outputs: [{ name: "y", value: v.add(g, x, x) }] }, new Map());
    const feed = (a: bigint): Tensor => ({ dtype: "int64", shape: [2], data: BigInt64Array.of(a, -2n) });
    expect((await evaluator.run(new Map([["x", feed(5n)]]))).get("y")?.data).toEqual(BigInt64Array.of(10n, -4n));
    await expect(evaluator.run(new Map([["x", feed(2n ** 40n)]]))).rejects.toThrow("too large for TensorFlow.js");
    await evaluator.release();
  });
});

describe("packages", () => {
  const absent = { name: "absent", packages: ["@tensorflow/tfjs-absent"], backend: "absent", what: "nothing" };

  test("names the backend that it runs on", () => {
    expect(engine.name).toBe("tfjs (wasm 4.22.0)");
  });

  test("says how to install one where there is none", async () => {
    await expect(tfjsEngine([absent])).rejects.toThrow("npm install @tensorflow/tfjs-absent@4.22.0  (nothing)");
  });

  test("takes the first that is installed", async () => {
    const ways = [absent, ...tfjsWays.filter(({ name }) => name === "wasm")];
    expect((await tfjsEngine(ways)).name).toBe("tfjs (wasm 4.22.0)");
  });

  test("does not take another where the first is there and is broken", async () => {
    const broken = { ...absent, packages: ["@tensorflow/tfjs-core", "typescript"], backend: "none" };
    await expect(tfjsEngine([broken, ...tfjsWays])).rejects.toThrow("installed but does not start");
  });

  test("puts back what newer versions of Node removed from util, and leaves what is there", () => {
    const here = Object.getOwnPropertyDescriptor(util, "isNullOrUndefined");
    const inspect = util.inspect;
    Reflect.deleteProperty(util, "isNullOrUndefined");
    putBackUtil();
    const put: unknown = Reflect.get(util, "isNullOrUndefined");
    if (typeof put !== "function") throw new Error("it is not put back");
    expect([null, undefined, 0, ""].map((x) => put(x))).toEqual([true, true, false, false]);
    expect(util.inspect).toBe(inspect);
    if (here !== undefined) Object.defineProperty(util, "isNullOrUndefined", here);
  });
});

/** y = 2 x, and x itself. */
function twice() {
  const g = new GraphBuilder(opRules);
  const x = g.input("field", "x", { dtype: "float32", shape: [symbol("n"), 2] });
  return {
    name: "twice",
    outputs: [
      { name: "y", value: v.scale(g, x, 2) },
      { name: "same", value: x },
    ],
  };
}

function ones(shape: readonly number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: "float32", shape, data: new Float32Array(count).fill(1) };
}
