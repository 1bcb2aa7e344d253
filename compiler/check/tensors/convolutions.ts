import * as v from "../../ops/vocabulary.ts";
import type { Args, TensorFunctions, Use } from "../tensor-function.ts";
import type { TensorThing, Thing } from "../things.ts";
import { bool, int, labels, list, may, must, options } from "../type.ts";
import { countOf, labelOf, numbersOf, truthOf } from "./arguments.ts";
import { fixed, folded, unfolded, ungrouped, uniform, widthOf } from "./layer-sizes.ts";
import { notSides, type Pair, pairOf, sidesOf } from "./pictures.ts";

/** Convolution of pictures, [.., c, h, w] (language rule 87). */
export const convolutions: TensorFunctions = {
  conv: {
    doc: "Convolution of a picture: [.., c, h, w] to [.., c: out, h, w]. Without `pad` the size stays, but for the stride; `pad` is of both sides, of [rows, columns] or of [top, left, bottom, right]; `same_upper` pads as TensorFlow does, an odd pixel at the end.",
    inputs: ["x"],
    params: {
      out: must(int),
      kernel: must(options(int, list(int))),
      stride: may(options(int, list(int)), "1"),
      pad: may(options(int, list(int), labels("same", "same_upper")), "same"),
      dilation: may(options(int, list(int)), "1"),
      groups: may(int, "1"),
      bias: may(bool, "true"),
    },
    apply: (use, [x], args) => (x === undefined ? { kind: "poison" } : conv(use, x, args)),
  },
};

/** Inside a module its signature named the axes: an image is [.., c, h, w]. */
function conv(use: Use, x: TensorThing, args: Args): Thing {
  const sides = sidesOf(use, x);
  const channels = fixed(use, x, x.axes.at(-3) ?? "");
  const out = widthOf(use, args, "out");
  const kernel = pairOf(use, args, "kernel");
  const strides = pairOf(use, args, "stride");
  const dilations = pairOf(use, args, "dilation");
  const groups = countOf(use, args, "groups", 1);
  const reach = [dilations[0] * (kernel[0] - 1), dilations[1] * (kernel[1] - 1)] as const;
  const pads = padsOf(use, args, sides, reach, strides);
  if (channels % groups !== 0 || out % groups !== 0) return ungrouped(use, groups, channels, out);
  const fan = (channels / groups) * kernel[0] * kernel[1];
  const weight = use.parameter("weight", [out, channels / groups, ...kernel], uniform(fan));
  const bias = truthOf(args, "bias", true) ? use.parameter("bias", [out], uniform(fan)) : undefined;
  const { wire, lead } = folded(use, x, 3);
  const y = v.at(use.g.apply("conv", [wire, weight, bias], { strides, pads, dilations, groups }), 0);
  return { ...x, wire: unfolded(use, y, lead) };
}

/** Pixels of zeros around the picture: above, left, below, right. `reach` is how far a kernel sees beyond its first pixel. */
function padsOf(use: Use, args: Args, sides: Pair, reach: Pair, strides: Pair): readonly number[] {
  const pad = args.get("pad");
  if (pad?.kind === "number") {
    const each = countOf(use, args, "pad", 0, 0);
    return [each, each, each, each];
  }
  if (pad?.kind === "list") {
    const given = numbersOf(args, "pad");
    if ((given.length !== 2 && given.length !== 4) || Math.min(...given) < 0)
      return notSides(use, args, "pad", "one number, two or four, each at least 0");
    return given.length === 2 ? [...given, ...given] : given;
  }
  if (labelOf(args, "pad") !== "same_upper") {
    const both = reach.map((far) => Math.floor(far / 2));
    return [...both, ...both];
  }
  // ⌈size / stride⌉ windows, and what they lack on both sides, an odd pixel at the end.
  const total = [0, 1].map((i) => {
    const [size = 1, stride = 1, far = 0] = [sides[i], strides[i], reach[i]];
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + far + 1 - size);
  });
  return [...total.map((all) => Math.floor(all / 2)), ...total.map((all) => Math.ceil(all / 2))];
}
