import { type Graph, inputsOf } from "../../compiler/ir/graph.ts";
import type { Tensor, Tensors } from "../../runtime/engines/engine.ts";
import { onGrid, seededRandom } from "../compiler/seeded-random.ts";

/** Numbers for everything that graphs read: small weights, spread statistics, and a batch. The first has a number for every size. */
export function numbersFor(...graphs: readonly [Graph, ...Graph[]]): Tensors {
  const sizes = new Map(inputsOf(graphs[0]).map(({ source, type }) => [source.name, type.shape.map(Number)]));
  const numbers = new Map<string, Tensor>();
  for (const { source, type } of graphs.flatMap(inputsOf)) {
    if (numbers.has(source.name)) continue;
    const shape = sizes.get(source.name) ?? type.shape.map(Number);
    const count = shape.reduce((product, size) => product * size, 1);
    const random = seededRandom(source.name);
    const floats = (draw: (i: number) => number): Tensor => ({
      dtype: "float32",
      shape,
      data: Float32Array.from({ length: count }, (_, i) => draw(i)),
    });
    switch (source.role) {
      case "parameter": {
        const spread = 1.5 / Math.sqrt(Math.max(1, count / (shape[0] ?? 1)));
        // Scales of normalisations are about 1; shifts keep what is rectified away from its kink, where rounding would decide a gradient.
        const vector = shape.length === 1;
        const around = vector && source.name.endsWith("weight") ? 1 : 0;
        const shift = vector && source.name.endsWith("bias") ? 0.5 : 0;
        numbers.set(
          source.name,
          floats((i) => around + (i % 2 === 0 ? shift : -shift) + spread * (2 * random() - 1) * (vector ? 0.2 : 1)),
        );
        break;
      }
      case "state":
      case "slot":
        numbers.set(
          source.name,
          floats(() => 0.5 + random()),
        );
        break;
      case "mask":
      case "present":
        numbers.set(
          source.name,
          floats((i) => Number(i % 5 !== 3)),
        );
        break;
      case "seed":
        numbers.set(source.name, { dtype: "int32", shape, data: Int32Array.of(3, 5) });
        break;
      default:
        numbers.set(
          source.name,
          type.dtype === "uint8"
            ? { dtype: "uint8", shape, data: Uint8Array.from({ length: count }, () => Math.floor(256 * random())) }
            : floats(() => (source.name === "au.label" ? Number(random() < 0.4) : onGrid(2 * random() - 1))),
        );
    }
  }
  return numbers;
}
