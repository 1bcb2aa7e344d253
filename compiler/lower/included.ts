import { checkpointMeant } from "../check/checkpoints.ts";
import type { Env } from "../check/env.ts";
import { evaluate } from "../check/evaluate.ts";
import { producedTensor } from "../check/features.ts";
import { Refusal, type Reporter } from "../check/reporter.ts";
import { describeThing } from "../check/type.ts";
import type { Entry } from "../syntax/ast.ts";
import type { Included } from "./export-graph.ts";
import type { Making } from "./outputs.ts";
import type { IncludedTensor } from "./plan-outputs.ts";

/** `include: [alone(au).x]`: tensors of stages with one value for each frame, as the plan names them and as the graph is made of them. */
export function includedTensors(
  { value }: Entry,
  env: Env,
  { add, plans }: Making,
): readonly (readonly [IncludedTensor, Included])[] {
  const reporter: Reporter = env.session.reporter;
  const thing = evaluate(value, env);
  const items = thing.kind === "list" ? thing.items : [thing];
  // A loop has more things than texts.
  const spans = value.kind === "list" && value.items.length === items.length ? value.items.map(({ span }) => span) : [];
  const seen = new Set<string>();
  return items.flatMap((item, i) => {
    const span = spans[i] ?? value.span;
    if (item.kind === "poison") return [];
    if (item.kind !== "member" || item.choice !== undefined)
      return reporter.refuse("wrong-type", span, {
        what: "what an export includes",
        expected: "tensors of stages, such as alone(au).x",
        actual: item.kind === "member" ? "one of a stage that is chosen by its results" : describeThing(item),
      });
    const { shape } = producedTensor(item, env, span);
    const stage = add(item.stage, span);
    if (stage === undefined) throw new Refusal();
    const tensor = item.name;
    const checkpoint = checkpointMeant(item.stage, tensor, env.session);
    const which = checkpoint === undefined ? "" : `[${checkpoint}]`;
    const label = `${item.stage.label}${which}.${tensor}`;
    if (seen.has(label)) reporter.report("duplicate-key", span, { key: label });
    seen.add(label);
    // What a stage is called and its hash are known once all of the spec is planned.
    const planned = {
      get name() {
        return `${plans.planOf(stage).label}${which}.${tensor}`;
      },
      get stage() {
        return plans.planOf(stage).hash;
      },
      ...(checkpoint === undefined ? {} : { checkpoint }),
      tensor,
      shape,
    };
    const named = {
      get name() {
        return planned.name;
      },
      stage,
      tensor,
      checkpoint,
    };
    return [[planned, named]] as const;
  });
}
