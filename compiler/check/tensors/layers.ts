import { productOf } from "../../ir/dim.ts";
import type { Value } from "../../ir/graph.ts";
import type { Initialiser } from "../../lower/plan.ts";
import * as v from "../../ops/vocabulary.ts";
import type { Args, TensorFunctions, Use } from "../tensor-function.ts";
import type { TensorThing, Thing } from "../things.ts";
import { axis, bool, call, float, int, may, must, shape } from "../type.ts";
import { adaptedLinear } from "./adapted-linear.ts";
import { countOf, labelOf, numberOf, shapeOf, truthOf } from "./arguments.ts";
import { axesText, constrained, lastAxis, wireAxis } from "./axes.ts";
import { convolutions } from "./convolutions.ts";
import { groupNorm } from "./group-norm.ts";
import { fixed, folded, one, unfolded, ungrouped, uniform, widthOf, zero } from "./layer-sizes.ts";
import { presentBeside } from "./padding.ts";

const poison: Thing = { kind: "poison" };
/** Functions with weights (language rule 87). Weights are named and laid out as in PyTorch. */
export const layers: TensorFunctions = {
  linear: {
    doc: "W x + b over the last axis: [.., d] to [.., d: out]. The last step of a head may leave `out` out.",
    inputs: ["x"],
    params: { out: may(int, "the width of the head's task"), bias: may(bool, "true") },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      const into = fixed(use, x, lastAxis(use, x));
      const out = widthOf(use, args, "out");
      const weight = use.parameter("weight", [out, into], uniform(into));
      const bias = truthOf(args, "bias", true) ? use.parameter("bias", [out], uniform(into)) : undefined;
      return { ...x, wire: constrained(use, () => adaptedLinear(use, x.wire, weight, bias)) };
    },
  },
  ...convolutions,
  conv_time: {
    doc: "Convolution over `time`: [.., time, d] to [.., time, d: out]. Causal: a frame sees only those before it.",
    inputs: ["x"],
    params: {
      out: must(int),
      kernel: must(int),
      dilation: may(int, "1"),
      causal: may(bool, "false"),
      groups: may(int, "1"),
      bias: may(bool, "true"),
    },
    apply: (use, [x], args) => (x === undefined ? poison : convTime(use, x, args)),
  },
  layer_norm: {
    doc: "Mean 0 and deviation 1 over an axis, then a learned scale and shift (arXiv 1607.06450).",
    inputs: ["x"],
    params: { eps: may(float, "1e-5"), axis: may(axis, "the last axis") },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      const name = labelOf(args, "axis") ?? lastAxis(use, x);
      const size = fixed(use, x, name);
      const weight = use.parameter("weight", [size], one);
      const bias = use.parameter("bias", [size], zero);
      const i = wireAxis(use, x, name);
      // The op works on the last axis.
      const axes = x.wire.type.shape.map((_, k) => k);
      const last = v.transpose(use.g, x.wire, [...axes.filter((k) => k !== i), i]);
      const y = constrained(use, () => v.layerNorm(use.g, last, weight, bias, numberOf(args, "eps", 1e-5)));
      return { ...x, wire: v.transpose(use.g, y, [...axes.slice(0, i), axes.length - 1, ...axes.slice(i, -1)]) };
    },
  },
  batch_norm: {
    doc: "Mean 0 and deviation 1 of each place of an axis over the batch, then a learned scale and shift; running statistics in evaluation (arXiv 1502.03167).",
    inputs: ["x"],
    params: { axis: may(axis, "the last axis"), momentum: may(float, "0.1"), eps: may(float, "1e-5") },
    apply: (use, [x], args) => (x === undefined ? poison : batchNorm(use, x, args)),
  },
  ...groupNorm,
  prelu: {
    doc: "x where it is positive, else x times a learned slope of its place of an axis.",
    inputs: ["x"],
    params: { axis: may(axis, "the last axis"), init: may(float, "0.25") },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      const name = labelOf(args, "axis") ?? lastAxis(use, x);
      const i = wireAxis(use, x, name);
      const size = fixed(use, x, name);
      const slope = use.parameter("weight", [size], { kind: "constant", value: numberOf(args, "init", 0.25) });
      const across = v.reshape(use.g, slope, [size, ...x.wire.type.shape.slice(i + 1).map(() => 1)]);
      const zeroValue = use.g.scalar(0);
      const low = v.multiply(use.g, v.minimum(use.g, x.wire, zeroValue), across);
      return { ...x, wire: v.add(use.g, v.maximum(use.g, x.wire, zeroValue), low) };
    },
  },
  learned: {
    doc: "A tensor of weights of fixed sizes, such as a class token: `learned([n: 1, d: dim], normal(0.02))`.",
    inputs: [],
    params: { shape: must(shape), init: may(call("initialiser"), "normal(0.02)") },
    apply(use, _, args) {
      const wanted = shapeOf(args, "shape");
      if (wanted === undefined) return poison;
      const sizes = wanted.axes.map(({ name, size }) =>
        typeof size === "number"
          ? size
          : use.refuse("size-unknown", { axis: name }, { help: "weights have fixed sizes" }),
      );
      const wire = use.parameter("", sizes, initialiser(args, sizes));
      return { kind: "tensor", wire, batched: false, axes: wanted.axes.map(({ name }) => name) };
    },
  },
};

function initialiser(args: Args, sizes: readonly number[]): Initialiser {
  const thing = args.get("init");
  const number = (name: string) => {
    const value = thing?.kind === "call" ? thing.args.get(name) : undefined;
    return value?.kind === "number" ? value.value : 0;
  };
  if (thing?.kind !== "call") return { kind: "normal", deviation: 0.02 };
  if (thing.name === "constant") return { kind: "constant", value: number("value") };
  // Uniform within ± gain √(6 / (inputs + outputs)) (Glorot and Bengio, 2010).
  if (thing.name === "xavier") {
    const [out = 1, into = out] = sizes.slice(-2);
    const gain = thing.args.has("gain") ? number("gain") : 1;
    return { kind: "uniform", bound: gain * Math.sqrt(6 / (into + out)) };
  }
  return thing.name === "uniform"
    ? { kind: "uniform", bound: number("bound") }
    : { kind: "normal", deviation: number("deviation") };
}

/** Over `time`, the last axis being channels. Causal: a frame sees only those before it. */
function convTime(use: Use, x: TensorThing, args: Args): Thing {
  if (!x.axes.includes("time") && !use.clipped)
    return use.refuse("needs-clip", { what: "`conv_time`" }, { help: "give the stage a `clip:`" });
  use.overTime();
  if (x.axes.at(-2) !== "time")
    return use.refuse("op-refuses", { callee: "`conv_time`", reason: `it needs [.., time, d], not ${axesText(x)}` });
  const channels = fixed(use, x, lastAxis(use, x));
  const out = widthOf(use, args, "out");
  const kernel = countOf(use, args, "kernel", 1);
  const dilation = countOf(use, args, "dilation", 1);
  const groups = countOf(use, args, "groups", 1);
  if (channels % groups !== 0 || out % groups !== 0) return ungrouped(use, groups, channels, out);
  const reach = dilation * (kernel - 1);
  const before = truthOf(args, "causal", false) ? reach : Math.floor(reach / 2);
  const fan = (channels / groups) * kernel;
  const weight = use.parameter("weight", [out, channels / groups, kernel], uniform(fan));
  const bias = truthOf(args, "bias", true) ? use.parameter("bias", [out], uniform(fan)) : undefined;
  const { wire, lead } = folded(use, x, 2);
  const walk = { strides: [1], pads: [before, reach - before], dilations: [dilation], groups };
  const turned = v.transpose(use.g, wire, [0, 2, 1]);
  const y = constrained(use, () => v.at(use.g.apply("conv", [turned, weight, bias], walk), 0));
  return { ...x, wire: unfolded(use, v.transpose(use.g, y, [0, 2, 1]), lead) };
}

/** The one layer with state (language rule 29). */
function batchNorm(use: Use, x: TensorThing, args: Args): Thing {
  const name = labelOf(args, "axis") ?? lastAxis(use, x);
  const size = fixed(use, x, name);
  const i = wireAxis(use, x, name);
  const weight = use.parameter("weight", [size], one);
  const bias = use.parameter("bias", [size], zero);
  const mean = use.state("running_mean", [size], 0);
  const variance = use.state("running_var", [size], 1);
  const settings = { axis: 1, eps: numberOf(args, "eps", 1e-5), momentum: numberOf(args, "momentum", 0.1) };
  // All axes before it as one, like those of a convolution.
  const { shape: dims } = x.wire.type;
  const second = (value: Value) => {
    const own = value.type.shape;
    return v.reshape(use.g, value, [productOf(own.slice(0, i)), ...own.slice(i)]);
  };
  const present = presentBeside(use, x);
  const given = [second(x.wire), weight, bias, mean, variance, present && second(present)];
  const outputs = use.g.apply("batch_norm", given, settings);
  use.renew("running_mean", v.at(outputs, 1));
  use.renew("running_var", v.at(outputs, 2));
  return { ...x, wire: v.reshape(use.g, v.at(outputs, 0), dims) };
}
