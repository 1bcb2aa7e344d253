import * as v from "../../ops/vocabulary.ts";
import type { Args, TensorFunctions, Use } from "../tensor-function.ts";
import type { TensorThing, Thing } from "../things.ts";
import { axis, int, list, map, may, must, options, orNone, record, string } from "../type.ts";
import { countOf } from "./arguments.ts";
import { constrained } from "./axes.ts";
import { checkNetwork } from "./foreign-network.ts";
import { type PerFrame, perFrame } from "./per-frame.ts";
import { sidesOf } from "./pictures.ts";

const poison: Thing = { kind: "poison" };

/** Networks that are not written in the language, and what fits pictures to them. */
export const foreignFunctions: TensorFunctions = {
  /**
   * The picture at another size, bilinear between pixel centres (align_corners false in
   * https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html): one product along each side.
   */
  resize: {
    doc: "A picture at size x size, bilinear between pixel centres: [.., c, h, w].",
    inputs: ["x"],
    params: { size: must(int) },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      const [height, width] = sidesOf(use, x);
      const size = countOf(use, args, "size", 1);
      const { g } = use;
      const along = (from: number) => g.constant("float32", [size, from], interpolation(from, size));
      const wide =
        width === size ? x.wire : constrained(use, () => v.matmul(g, x.wire, v.transpose(g, along(width), [1, 0])));
      const wire = height === size ? wide : constrained(use, () => v.matmul(g, along(height), wide));
      return { ...x, wire };
    },
  },
  /** A network of an ONNX file, frozen: its outputs by name, each [.., ..sizes per frame]. */
  onnx: {
    doc: "A network of an ONNX file, frozen. `output` or `outputs` names its tensors, `dims` gives their sizes per frame where the file does not.",
    inputs: ["x"],
    params: {
      file: must(string),
      output: may(orNone(string), "none"),
      outputs: may(orNone(record(axis, string)), "none"),
      dims: may(orNone(options(list(int), record(axis, list(int)))), "none"),
    },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      sidesOf(use, x);
      const outputs = args.get("outputs");
      const names = outputs?.kind === "map" ? [...outputs.entries.keys()] : undefined;
      if (names?.length === 0) use.refuse("empty-list", { callee: "`outputs`" }, {}, use.placeOf("outputs"));
      if (names !== undefined && args.get("output")?.kind === "string") {
        const help = "`outputs` names all of them";
        use.report("changes-nothing", use.placeOf("output"), { path: "output" }, { help });
      }
      const frame = x.batched ? perFrame(x.wire, x.axes.includes("time") ? 2 : 1) : undefined;
      if (frame === undefined) {
        const reason =
          "its numbers are made once for each frame, so what is sent to it is made of the picture of that frame alone, without weights or draws";
        return use.refuse(
          "op-refuses",
          { callee: "`onnx`", reason },
          { help: "send it the picture, through resize and normalize" },
        );
      }
      const keys = names ?? [undefined];
      const declared = keys.map((key) => ({ key, dims: sizesOf(use, args.get("dims"), key) }));
      return outputsOf(use, x, frame, args, checkNetwork(use, x, args, declared));
    },
  },
  /** What stands in for a large network in a small trial: the mean of each channel, and one linear layer for each output. */
  stand_in: {
    doc: "Stands in for a large network in a trial: the mean of each channel and one linear layer for each output.",
    inputs: ["x"],
    params: { outputs: must(options(list(int), map)) },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      sidesOf(use, x);
      const outputs = args.get("outputs");
      const rank = x.wire.type.shape.length;
      const pooled = v.reduceMean(use.g, x.wire, [rank - 2, rank - 1]);
      const channels = pooled.type.shape.at(-1);
      if (typeof channels !== "number") return use.refuse("size-unknown", { axis: "c" });
      const make = (name: string, sizes: readonly number[] | undefined): TensorThing => {
        const [width] = sizes ?? refuseSizes(use, name);
        if (width === undefined) return refuseSizes(use, name);
        const weight = use.parameter(`${name}.weight`, [width, channels], { kind: "normal", deviation: 1 });
        return {
          kind: "tensor",
          wire: v.linear(use.g, pooled, weight, undefined),
          batched: x.batched,
          axes: [...x.axes.slice(0, -3), "d"],
        };
      };
      if (outputs?.kind !== "map") return make("output", sizesOf(use, outputs, undefined));
      const entries = new Map(
        [...outputs.entries].map(([name, sizes]) => [name, make(name, sizesOf(use, sizes, name))]),
      );
      return { kind: "map", entries, places: new Map() };
    },
  },
};

/** Sizes that the spec gives; undefined where it leaves them to the file. */
function sizesOf(use: Use, dims: Thing | undefined, name: string | undefined): readonly number[] | undefined {
  const given = dims?.kind === "map" && name !== undefined ? dims.entries.get(name) : dims;
  if (given?.kind !== "list") return undefined;
  const sizes = given.items.flatMap((item) => (item.kind === "number" ? [item.value] : []));
  if (sizes.length > 0 && sizes.every((size) => size >= 1)) return sizes;
  if (sizes.length === 0) return refuseSizes(use, name);
  const holes = { what: "a size in `dims`", expected: "at least 1", actual: Math.min(...sizes) };
  return use.refuse("out-of-range", holes, {}, use.placeOf("dims"));
}

function refuseSizes(use: Use, name: string | undefined, at = "dims"): never {
  const help = `write its sizes, such as dims: ${name === undefined ? "[512]" : `{${name}: [512]}`}`;
  return use.refuse("size-unknown", { axis: name ?? "the output" }, { help }, use.placeOf(at));
}

/** Maps of 2,048 channels of 14 × 14 are 400,000; more for each frame of some data fit into no memory. */
const mostNumbers = 1 << 22;

/** Its numbers are constants: nothing is known of how they come about, and no gradient flows back. */
function outputsOf(
  use: Use,
  x: TensorThing,
  frame: PerFrame,
  args: Args,
  network: ReturnType<typeof checkNetwork>,
): Thing {
  const file = args.get("file");
  const outputs = network.outputs.map(({ key, output, dims }) => {
    if (dims === undefined) return refuseSizes(use, key, args.get("dims")?.kind === "map" ? "dims" : "file");
    const count = dims.reduce((product, size) => product * size, 1);
    if (count > mostNumbers) {
      const expected = `at most ${mostNumbers.toLocaleString("en")} numbers for a frame`;
      const holes = {
        what: output === undefined ? "the output of a network" : `the output \`${output}\` of a network`,
        expected,
        actual: `[${dims.join(", ")}]`,
      };
      return use.refuse("out-of-range", holes, {}, use.placeOf("file"));
    }
    return { name: key ?? "output", output, dims };
  });
  const wires = use.network({
    file: file?.kind === "string" ? file.value : "",
    picture: x.wire,
    frame,
    weights: network.weights,
    outputs,
  });
  const entries = outputs.map(({ name, dims }, i): [string, TensorThing] => {
    const axes = dims.map((_, k) => (k === dims.length - 1 ? "d" : `d${k}`));
    return [name, { kind: "tensor", wire: v.at(wires, i), batched: true, axes: [...x.axes.slice(0, -3), ...axes] }];
  });
  const [only] = entries;
  if (only !== undefined && network.outputs[0]?.key === undefined) return only[1];
  return { kind: "map", entries: new Map(entries), places: new Map() };
}

/** [to, from]: the shares of the two nearest pixels in each new one. */
function interpolation(from: number, to: number): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i += 1) {
    const centre = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(centre);
    const high = Math.min(low + 1, from - 1);
    matrix[i * from + low] = (matrix[i * from + low] ?? 0) + 1 - (centre - low);
    matrix[i * from + high] = (matrix[i * from + high] ?? 0) + centre - low;
  }
  return matrix;
}
