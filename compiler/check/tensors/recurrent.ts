import type { Value } from "../../ir/graph.ts";
import * as v from "../../ops/vocabulary.ts";
import type { Args, TensorFunction, TensorFunctions, Use } from "../tensor-function.ts";
import type { TensorThing, Thing } from "../things.ts";
import { bool, int, may, must } from "../type.ts";
import { truthOf } from "./arguments.ts";
import { axesText, constrained, lastAxis } from "./axes.ts";
import { fixed, folded, unfolded, uniform, widthOf } from "./layer-sizes.ts";
import { presentBeside } from "./padding.ts";

/** Gates of each, whose rows stand below one another in its weights. */
const gates = { lstm: 4, gru: 3 } as const;

const recurrence = (op: keyof typeof gates, what: string): TensorFunction => ({
  doc: `${what} over \`time\`: [.., time, d] to [.., time, d: hidden], twice as wide with \`both\` directions.`,
  inputs: ["x"],
  params: { hidden: must(int), both: may(bool, "false") },
  apply: (use, [x], args) => (x === undefined ? { kind: "poison" } : recurrent(use, x, args, op)),
});

/** Layers that carry a state from frame to frame. Weights are named and laid out as in PyTorch. */
export const recurrentLayers: TensorFunctions = {
  lstm: recurrence("lstm", "Long short-term memory"),
  gru: recurrence("gru", "Gated recurrent units"),
};

function recurrent(use: Use, x: TensorThing, args: Args, op: keyof typeof gates): Thing {
  if (!x.axes.includes("time") && !use.clipped)
    return use.refuse("needs-clip", { what: `\`${op}\`` }, { help: "give the stage a `clip:`" });
  use.overTime();
  if (x.axes.at(-2) !== "time")
    return use.refuse("op-refuses", { callee: `\`${op}\``, reason: `it needs [.., time, d], not ${axesText(x)}` });
  const into = fixed(use, x, lastAxis(use, x));
  const hidden = widthOf(use, args, "hidden");
  const { wire, lead } = folded(use, x, 2);
  const present = presentFrames(use, wire, x);
  const rows = gates[op] * hidden;
  const from = uniform(hidden);
  const layer = (suffix: string, reverse: boolean): Value => {
    const weights = [
      use.parameter(`weight_ih${suffix}`, [rows, into], from),
      use.parameter(`weight_hh${suffix}`, [rows, hidden], from),
      use.parameter(`bias_ih${suffix}`, [rows], from),
      use.parameter(`bias_hh${suffix}`, [rows], from),
    ];
    return constrained(use, () =>
      masked(use, wire, present, reverse, (frames, backwards) =>
        v.at(use.g.apply(op, [frames, ...weights], { reverse: backwards }), 0),
      ),
    );
  };
  const forward = layer("", false);
  const y = truthOf(args, "both", false) ? v.concat(use.g, [forward, layer("_reverse", true)], 2) : forward;
  return { ...x, wire: unfolded(use, y, lead) };
}

/** 1 for each real frame of the folded sequences [n, time, d]; undefined where none is hidden. */
function presentFrames(use: Use, sequences: Value, x: TensorThing): Value | undefined {
  const present = presentBeside(use, x);
  if (present === undefined) return undefined;
  const each = v.broadcast(use.g, present, [...x.wire.type.shape.slice(0, -1), 1]);
  return v.reshape(use.g, each, sequences.type.shape.slice(0, 2));
}

/**
 * A frame of padding changes no state and gives 0, and the way back begins at a clip's last real frame, as with PyTorch's packed
 * sequences. The layer itself only ever runs forward, over real frames that stand together.
 */
function masked(
  use: Use,
  x: Value,
  present: Value | undefined,
  reverse: boolean,
  run: (frames: Value, reverse: boolean) => Value,
): Value {
  if (present === undefined) return run(x, reverse);
  const column = v.reshape(use.g, present, [...present.type.shape, 1]);
  // Windows of rows have their padding last: read forward, nothing real sees it.
  if (!use.paddingInside && !reverse) return v.multiply(use.g, run(x, false), column);
  const real = v.cast(use.g, present, "bool");
  const packed = run(v.packRows(use.g, x, real, { reverse, back: false }), false);
  return v.multiply(use.g, v.packRows(use.g, packed, real, { reverse, back: true }), column);
}
