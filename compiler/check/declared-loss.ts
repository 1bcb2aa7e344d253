import type { Value } from "../ir/graph.ts";
import { maskWidthOf, widthOf } from "../library/task.ts";
import * as v from "../ops/vocabulary.ts";
import { classWeights } from "./class-weights.ts";
import type { Env } from "./env.ts";
import { evaluate } from "./evaluate.ts";
import { givenThing, headOf } from "./library-loss.ts";
import type { LossMaking } from "./loss-making.ts";
import { labelInput } from "./model-build.ts";
import { applyUserModule } from "./modules.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import type { CallThing, Given, TaskThing, Thing } from "./things.ts";
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
  const head = headOf(task, call, making, reporter);
  const label = labelInput(model, "label", task.name, widthOf(task.meaning));
  const mask = labelInput(model, "mask", task.name, maskWidthOf(task.meaning));
  const inputs: Thing[] = [head.logits, label, ...(declared.declaration.inputs.length > 2 ? [mask] : [])];
  const recipe = {
    kind: "recipe" as const,
    name: call.name,
    callee: { kind: "module" as const, declaration: declared.declaration, env: declared.env },
    args: {
      positional: rest.map((given) => weighed(given, task, call, env, making)),
      named: new Map(
        [...declared.args.named].map(([name, given]) => [name, weighed(given, task, call, env, making)] as const),
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
  if (result.axes.length === 0 && !result.batched) return result.wire;
  const { g } = model;
  const weights = v.broadcast(g, mask.wire, result.wire.type.shape);
  const counted = v.where(g, v.greater(g, weights, g.scalar(0)), v.multiply(g, result.wire, weights), g.scalar(0));
  return v.divide(g, v.sumAll(g, counted), v.maximum(g, v.sumAll(g, weights), g.scalar(1e-12)));
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
