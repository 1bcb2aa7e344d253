import type { GraphBuilder } from "../../ir/builder.ts";
import { type Dim, printDim, sameDim } from "../../ir/dim.ts";
import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import type { BinaryOperator } from "../../syntax/ast.ts";
import { firstRepeat } from "../repeated.ts";
import type { Use } from "../tensor-function.ts";
import { dimsOf, type TensorThing } from "../things.ts";
import { axesText, plain } from "./axes.ts";

type Rule = (g: GraphBuilder, a: Value, b: Value) => Value;

const truth =
  (rule: Rule): Rule =>
  (g, a, b) =>
    v.cast(g, rule(g, a, b), "float32");

const rules: Readonly<Partial<Record<BinaryOperator, Rule>>> = {
  "+": v.add,
  "-": v.subtract,
  "*": v.multiply,
  "/": v.divide,
  "^": v.power,
  "<": truth(v.less),
  "<=": truth(v.lessOrEqual),
  ">": truth(v.greater),
  ">=": truth(v.greaterOrEqual),
  "==": truth(v.equal),
};

/** Two tensors entry by entry, matched from the right by size; 1 or absent broadcasts, the left's names win (language rule 22). */
export function combine(use: Use, operator: BinaryOperator, a: TensorThing, b: TensorThing): TensorThing {
  const rule = rules[operator];
  if (rule === undefined) return use.refuse("cannot-combine", { left: "a tensor", operator, right: "a tensor" });
  return entrywise(use, a, b, (x, y) => rule(use.g, x, y));
}

export function negate(use: Use, x: TensorThing): TensorThing {
  return { ...x, wire: v.negate(use.g, x.wire) };
}

export function entrywise(use: Use, a: TensorThing, b: TensorThing, rule: (a: Value, b: Value) => Value): TensorThing {
  const rank = Math.max(a.axes.length, b.axes.length);
  const left = dimsOf(a);
  const right = dimsOf(b);
  const axes: string[] = [];
  for (let i = 1; i <= rank; i += 1) {
    const x = left.at(-i);
    const y = right.at(-i);
    const fits = x === undefined || y === undefined || sameDim(x, y) || x === 1 || y === 1;
    if (!fits && x !== undefined && y !== undefined) {
      use.refuse(
        "shape-mismatch",
        { what: `\`${use.name}\``, left: axesText(a), right: axesText(b) },
        {
          help: `\`${plain(a.axes.at(-i) ?? "")}\` is ${printDim(x)}, \`${plain(b.axes.at(-i) ?? "")}\` is ${printDim(y)}`,
        },
      );
    }
    // The left's name, but for an axis that only the right has.
    axes.unshift((i > left.length ? b : a).axes.at(-i) ?? "");
  }
  const twice = firstRepeat(axes);
  if (twice !== undefined)
    use.refuse("duplicate-axis", { axis: plain(twice.name) }, { help: "rename one of the two axes first" });
  const wire = rule(aligned(use, a, rank), aligned(use, b, rank));
  return { kind: "tensor", wire, batched: a.batched || b.batched, axes };
}

/** With the batch axis in front of both, missing axes are put right behind it. */
function aligned(use: Use, x: TensorThing, rank: number): Value {
  if (!x.batched || x.axes.length === rank) return x.wire;
  const [batch = 1, ...rest] = x.wire.type.shape;
  const ones: Dim[] = Array.from({ length: rank - x.axes.length }, () => 1);
  return v.reshape(use.g, x.wire, [batch, ...ones, ...rest]);
}
