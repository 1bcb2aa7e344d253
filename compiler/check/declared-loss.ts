import { sameDim } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";
import { weightedMean } from "../library/losses/masked.ts";
import * as v from "../ops/vocabulary.ts";
import { classWeights } from "./class-weights.ts";
import type { Env } from "./env.ts";
import { evaluate } from "./evaluate.ts";
import { givenThing } from "./library-loss.ts";
import { headOf } from "./loss-head.ts";
import type { LossMaking } from "./loss-making.ts";
import { applyUserModule } from "./modules.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { printAxes } from "./signature.ts";
import { type CallThing, dimsOf, type Given, type TaskThing, type TensorThing, type Thing } from "./things.ts";
import { call as callType, describeThing } from "./type.ts";

/** A loss of the user: per element over logits and labels, then averaged over the mask, which it cannot forget (language rule 53). */
export function declaredLoss(call: CallThing, env: Env, making: LossMaking): Value {
  const reporter: Reporter = env.session.reporter;
  const { model } = making.built;
  const { declared } = call;
  if (declared === undefined) throw new Refusal();
  const [first, ...rest] = declared.args.positional;
  const task = first === undefined ? undefined : givenThing(first, env);
  if (task?.kind !== "task") {
    return reporter.refuse("missing-argument", call.span, {
      callee: `\`${call.name}\``,
      name: "task",
      expected: "a task",
    });
  }
  // Another number of inputs is told where the loss is declared.
  const { length } = declared.declaration.inputs;
  if (length !== 2 && length !== 3) return reporter.silent();
  const head = headOf(task, call, making, reporter);
  const { label, mask } = head;
  const inputs: Thing[] = [head.logits, label, ...(length > 2 ? [mask] : [])];
  const recipe = {
    kind: "recipe" as const,
    name: call.name,
    callee: { kind: "module" as const, declaration: declared.declaration, env: declared.env },
    args: {
      positional: rest.map((given) => weighed(given, head.task, call, env, making)),
      named: new Map(
        [...declared.args.named].map(([name, given]) => [name, weighed(given, head.task, call, env, making)] as const),
      ),
    },
    span: call.span,
  };
  const result = applyUserModule(
    recipe,
    declared.declaration,
    declared.env,
    inputs,
    `loss.${call.name}`,
    env,
    call.span,
  );
  if (result.kind !== "tensor")
    return reporter.refuse("wrong-type", call.span, {
      what: `what \`${call.name}\` returns`,
      expected: "a tensor",
      actual: describeThing(result),
    });
  const related = [
    { span: declared.declaration.result?.span ?? declared.declaration.name.span, text: "declared here" },
  ];
  if (result.axes.length === 0 && !result.batched) {
    if (length > 2) return result.wire;
    return reporter.refuse(
      "wrong-type",
      call.span,
      { what: `what \`${call.name}\` returns`, expected: "one number for each label", actual: "one in all" },
      { help: "rows without a label would count: return [.., k], or take the mask as a third input", related },
    );
  }
  const lead = label.wire.type.shape;
  const fits = result.wire.type.shape.length === lead.length && result.batched && !differs(result, label);
  if (!fits)
    return reporter.refuse(
      "shape-mismatch",
      call.span,
      { what: `what \`${call.name}\` returns`, left: printAxes(result), right: printAxes(label) },
      { help: "it is averaged over the labels that there are", related },
    );
  const { g } = model;
  const weights = v.broadcast(g, mask.wire, result.wire.type.shape);
  return weightedMean(g, result.wire, weights);
}

/** Whether a result has another size than the labels, apart from 1. */
function differs(result: TensorThing, label: TensorThing): boolean {
  return dimsOf(result).some((dim, i) => dim !== 1 && !sameDim(dim, dimsOf(label)[i] ?? 0));
}

/** Class weights that an argument asks to be counted, as a tensor [k]. */
function weighed(given: Given, task: TaskThing, call: CallThing, env: Env, making: LossMaking): Given {
  const { expr } = given;
  const counted = expr?.kind === "call" || (expr?.kind === "name" && expr.name === "balanced");
  if (expr === undefined || !counted) return given;
  const thing = evaluate(expr, given.env ?? env, countedWeights);
  const isWeights = thing.kind === "label" || (thing.kind === "call" && thing.family === "class weights");
  if (!isWeights) return { ...given, thing };
  const asked: CallThing = { ...call, args: new Map([["weight", thing]]) };
  const wire = classWeights(asked, "weight", task.name, task.meaning, env, making);
  if (wire === undefined) return given;
  if (wire.type.shape.length > 1) {
    env.session.reporter.refuse("wrong-type", given.span, {
      what: `class weights of \`${call.name}\``,
      expected: "one for each unit, such as inverse_frequency(mean: 1)",
      actual: "balanced, which weighs ones and zeros of units apart",
    });
  }
  return { ...given, thing: { kind: "tensor", wire, batched: false, axes: ["k"] } };
}

const countedWeights = callType("class weights");
