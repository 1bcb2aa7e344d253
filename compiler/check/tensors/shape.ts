import { type Dim, multiplyDims, printDim, productOf, sameDim } from "../../ir/dim.ts";
import * as v from "../../ops/vocabulary.ts";
import { firstRepeat } from "../repeated.ts";
import type { TensorFunctions, Use } from "../tensor-function.ts";
import { dimsOf, type ListThing, type ShapeThing, sizeOf, type TensorThing, type Thing } from "../things.ts";
import { axis, int, list, map, may, must, shape } from "../type.ts";
import { labelOf, labelsOf, shapeOf } from "./arguments.ts";
import { axesText, constrained, lastAxis, ordered, plain, wireAxis } from "./axes.ts";

const poison: Thing = { kind: "poison" };

/** What changes how entries are laid out, not what they are (language rules 22, 23). */
export const shapeFunctions: TensorFunctions = {
  concat: {
    doc: "Tensors side by side along an axis; carried axes that one lacks are repeated.",
    inputs: "many",
    params: { over: may(axis, "the last axis") },
    apply(use, inputs, args) {
      const [first] = inputs;
      if (first === undefined) return use.refuse("empty-list", { callee: "`concat`" });
      const name = labelOf(args, "over") ?? lastAxis(use, first);
      const alike = sameLead(use, inputs);
      const i = wireAxis(use, alike[0] ?? first, name);
      const wire = constrained(use, () =>
        v.concat(
          use.g,
          alike.map((x) => x.wire),
          i,
        ),
      );
      return {
        kind: "tensor",
        wire,
        batched: alike.some(({ batched }) => batched),
        axes: alike[0]?.axes ?? first.axes,
      };
    },
  },
  /** The new axis stands behind the carried ones and `time`. */
  stack: {
    doc: "Tensors of one shape as a new axis, behind the carried ones and `time`.",
    inputs: "many",
    params: { as: must(axis) },
    apply(use, inputs, args) {
      const [first] = inputs;
      if (first === undefined) return use.refuse("empty-list", { callee: "`stack`" });
      const name = labelOf(args, "as") ?? "";
      const alike = sameLead(use, inputs);
      const at = alike[0] ?? first;
      if (at.axes.includes(name)) return use.refuse("duplicate-axis", { axis: name });
      const i = carriedAxes(at);
      const place = at.batched ? i + 1 : i;
      const items = alike.map(({ wire }) =>
        v.reshape(use.g, wire, [...wire.type.shape.slice(0, place), 1, ...wire.type.shape.slice(place)]),
      );
      const wire = v.concat(use.g, items, place);
      return { kind: "tensor", wire, batched: at.batched, axes: [...at.axes.slice(0, i), name, ...at.axes.slice(i)] };
    },
  },
  split: {
    doc: "Parts of these sizes along an axis, as a list; the sizes add up to the axis.",
    inputs: ["x"],
    params: { sizes: must(list(int)), over: may(axis, "the last axis") },
    apply(use, [x], args): Thing {
      if (x === undefined) return poison;
      const sizes = args.get("sizes");
      const numbers =
        sizes?.kind === "list" ? sizes.items.flatMap((item) => (item.kind === "number" ? [item.value] : [])) : [];
      const i = wireAxis(use, x, labelOf(args, "over") ?? lastAxis(use, x));
      const total = numbers.reduce((sum, size) => sum + size, 0);
      if (!sameDim(total, x.wire.type.shape[i] ?? 0)) {
        return use.refuse("op-refuses", {
          callee: "`split`",
          reason: `the sizes add up to ${total}, the axis has ${printDim(x.wire.type.shape[i] ?? 0)}`,
        });
      }
      const items = v.split(use.g, x.wire, i, numbers).map((wire): TensorThing => ({ ...x, wire }));
      return { kind: "list", items } satisfies ListThing;
    },
  },
  view: {
    doc: "The same entries under other axes: `view([.., heads, e: d / heads])`. Their number stays; an axis without a size keeps its own.",
    inputs: ["x"],
    params: { shape: must(shape), of: may(list(axis), "as many of the last axes as are needed") },
    apply(use, [x], args) {
      const wanted = shapeOf(args, "shape");
      return x === undefined || wanted === undefined ? poison : view(use, x, wanted, labelsOf(args, "of"));
    },
  },
  order: {
    doc: "The same axes in another order.",
    inputs: ["x"],
    params: { shape: must(shape) },
    apply(use, [x], args) {
      const wanted = shapeOf(args, "shape");
      if (x === undefined || wanted === undefined) return poison;
      const names = wanted.axes.map(({ name }) => name);
      const lead = x.axes.filter((name) => !names.includes(name));
      if (lead.length > 0 && !wanted.carried) {
        return use.refuse("op-refuses", { callee: "`order`", reason: `it leaves out \`${plain(lead[0] ?? "")}\`` });
      }
      if (names.includes("time")) use.overTime();
      return ordered(use, x, [...lead, ...names]);
    },
  },
  rename: {
    doc: "Axes under other names: `rename(n: j)`.",
    inputs: ["x"],
    params: { pairs: must(map) },
    apply(use, [x], args) {
      const pairs = args.get("pairs");
      if (x === undefined || pairs?.kind !== "map") return poison;
      for (const name of pairs.entries.keys()) wireAxis(use, x, name);
      const axes = x.axes.map((name) => {
        const to = pairs.entries.get(name);
        return to?.kind === "label" ? to.name : name;
      });
      const twice = firstRepeat(axes);
      if (twice !== undefined) return use.refuse("duplicate-axis", { axis: twice.name });
      return { ...x, axes };
    },
  },
  size: {
    doc: "The size of an axis, as a number.",
    inputs: ["x"],
    params: { axis: may(axis, "the last axis") },
    apply(use, [x], args) {
      if (x === undefined) return poison;
      return sizeOf(x.wire.type.shape[wireAxis(use, x, labelOf(args, "axis") ?? lastAxis(use, x))] ?? 1);
    },
  },
};

/** How many axes at the front are only carried along here: those of outside this module, and `time`. */
function carriedAxes(x: TensorThing): number {
  const own = x.axes.findIndex((name) => name !== "time" && plain(name) === name);
  return own < 0 ? x.axes.length : own;
}

/** All with the batch axis and the carried axes of the one that has most: the others are repeated along them. */
export function sameLead(use: Use, inputs: readonly TensorThing[]): readonly TensorThing[] {
  const widest = inputs.reduce((a, b) => (b.axes.length > a.axes.length ? b : a));
  const batched = inputs.find((x) => x.batched);
  return inputs.map((x) => {
    const missing = widest.axes.length - x.axes.length;
    const batch = batched?.wire.type.shape[0];
    if (missing === 0 && (batch === undefined || x.batched)) return x;
    const lead = dimsOf(widest).slice(0, missing);
    const own = dimsOf(x);
    const ones: Dim[] = Array.from({ length: missing + (batch === undefined ? 0 : 1) }, () => 1);
    const opened = x.batched
      ? v.reshape(use.g, x.wire, [x.wire.type.shape[0] ?? 1, ...ones.slice(1), ...own])
      : v.reshape(use.g, x.wire, [...ones, ...own]);
    const full = [...(batch === undefined ? [] : [batch]), ...lead, ...own];
    return {
      kind: "tensor",
      wire: v.broadcast(use.g, opened, full),
      batched: batch !== undefined,
      axes: widest.axes.slice(0, missing).concat(x.axes),
    };
  });
}

/** How many axes stand before the named ones, which are the last. */
function leadBefore(use: Use, x: TensorThing, of: readonly string[]): number {
  for (const name of of) wireAxis(use, x, name);
  const lead = x.axes.length - of.length;
  const last = x.axes.slice(lead).map(plain);
  if (of.every((name) => last.includes(name))) return lead;
  return use.refuse("op-refuses", {
    callee: "`view`",
    reason: `\`of\` needs the last axes, in ${axesText(x)} ${last.map((name) => `\`${name}\``).join(", ")}`,
  });
}

/**
 * The same entries under other axes. An axis without a size keeps its own. `..` is what is carried: the leading axes that are not
 * needed to make up the listed sizes, or all but the last ones that `of` names, which can be of size 1.
 */
function view(use: Use, x: TensorThing, wanted: ShapeThing, of: readonly string[] | undefined): TensorThing {
  const own = dimsOf(x);
  const sizes = wanted.axes.map(({ name, size }): Dim => {
    if (size !== undefined) return size;
    const i = x.axes.indexOf(name);
    return i < 0
      ? use.refuse("size-unknown", { axis: name }, { help: `write ${name}: .. with a size` })
      : (own[i] ?? 1);
  });
  const product = productOf(sizes);
  const asked = of === undefined || !wanted.carried ? undefined : leadBefore(use, x, of);
  let lead = asked ?? (wanted.carried ? x.axes.length : 0);
  let rest: Dim = productOf(own.slice(lead));
  // One of size 1 that is named is no more carried than others that are.
  const named = (i: number) => own[i] === 1 && wanted.axes.some(({ name }) => name === x.axes[i]);
  while (asked === undefined && lead > 0 && (!sameDim(rest, product) || named(lead - 1))) {
    lead -= 1;
    rest = multiplyDims(rest, own[lead] ?? 1);
  }
  if (!sameDim(rest, product)) {
    const listed = wanted.axes.map(({ name }, i) => `${name}: ${printDim(sizes[i] ?? 1)}`).join(", ");
    return use.refuse(
      "shape-mismatch",
      { what: "`view`", left: axesText(x), right: `[${wanted.carried ? ".., " : ""}${listed}]` },
      {
        help: `one has ${printDim(productOf(own))} entries, the other ${printDim(product)}`,
      },
    );
  }
  const carried = x.axes.slice(0, lead);
  const axes = [...carried, ...wanted.axes.map(({ name }) => name)];
  const twice = firstRepeat(axes);
  if (twice !== undefined) return use.refuse("duplicate-axis", { axis: plain(twice.name) });
  const batch = x.batched ? x.wire.type.shape.slice(0, 1) : [];
  return { ...x, wire: v.reshape(use.g, x.wire, [...batch, ...own.slice(0, lead), ...sizes]), axes };
}
