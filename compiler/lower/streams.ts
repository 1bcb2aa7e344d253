import { type CheckedStage, checkStage } from "../check/check-stage.ts";
import { instanceOf } from "../check/declarations.ts";
import type { Env } from "../check/env.ts";
import { Refusal, type Reporter } from "../check/reporter.ts";
import { numberIn } from "../check/schedules.ts";
import type { CallThing, Thing } from "../check/things.ts";
import { describeThing } from "../check/type.ts";
import type { Span as TextSpan } from "../diagnostics/source.ts";
import type { Fit, Span, Stream, TaskPlan } from "./plan.ts";

/** What an entry of an assembly means for a task: a stage's head, or a function of streams (language rules 67 to 69). */
export function streamOf(
  given: Thing,
  task: TaskPlan,
  env: Env,
  span: TextSpan,
  hash: (stage: CheckedStage) => string,
): Stream {
  const { session } = env;
  const reporter: Reporter = session.reporter;
  const thing = given.kind === "declaration" ? (instanceOf(session, given, span) ?? given) : given;
  if (thing.kind === "poison") throw new Refusal();
  if (thing.kind === "stage" || thing.kind === "member") {
    const stage = thing.kind === "stage" ? thing : thing.stage;
    const checked = checkStage(session, stage, span);
    if (checked === undefined) throw new Refusal();
    const head = thing.kind === "stage" ? task.name : thing.name;
    if (!checked.built.model.heads.has(head)) {
      reporter.refuse(
        "no-head",
        span,
        { task: head },
        {
          related: [
            { span: stage.span, text: `${stage.label} has ${checked.tasks.map(({ name }) => name).join(", ")}` },
          ],
        },
      );
    }
    if (head !== task.name) {
      reporter.refuse("wrong-type", span, {
        what: `the stream of \`${task.name}\``,
        expected: `a head of \`${task.name}\``,
        actual: `a head of \`${head}\``,
      });
    }
    return { kind: "head", stage: hash(checked), task: head };
  }
  if (thing.kind === "call" && thing.family === "stream") {
    if (thing.name === "mean")
      return { kind: "mean", streams: listOf(thing).map((item) => streamOf(item, task, env, span, hash)) };
    const inside = thing.args.get("stream");
    const stream = streamOf(inside ?? { kind: "none" }, task, env, span, hash);
    switch (thing.name) {
      case "gaussian":
      case "box":
      case "median":
        return {
          kind: thing.name,
          stream,
          width: spanIn(thing, thing.name === "gaussian" ? "sigma" : "width", env) ?? { unit: "frames", value: 1 },
          within: spanIn(thing, "within", env),
        };
      case "threshold":
        if (task.meaning.kind !== "units") {
          reporter.refuse("wrong-type", thing.span, {
            what: "what `threshold` cuts",
            expected: "a stream of units",
            actual: `\`${task.name}\``,
          });
        }
        return { kind: "threshold", stream, at: thresholds(thing, task, env) };
      default:
        return reporter.refuse("not-yet", thing.span, { what: `\`${thing.name}\`` });
    }
  }
  return reporter.refuse("wrong-type", span, {
    what: `the stream of \`${task.name}\``,
    expected: "a stage or a function of its heads",
    actual: describeThing(thing),
  });
}

function listOf(call: CallThing): readonly Thing[] {
  const list = call.args.get("streams");
  return list?.kind === "list" ? list.items : [];
}

function spanIn(call: CallThing, name: string, env: Env): Span | undefined {
  const thing = call.args.get(name);
  if (thing?.kind !== "quantity") return undefined;
  const { unit, value } = thing;
  if (value <= 0)
    env.session.reporter.refuse("out-of-range", call.span, { what: `\`${name}\``, expected: "above 0", actual: value });
  if (unit === "frames" || unit === "rows") return { unit, value };
  return env.session.reporter.refuse("not-yet", call.span, {
    what: "a span in seconds, which needs `fps` in the data,",
  });
}

function thresholds(call: CallThing, task: TaskPlan, env: Env): readonly number[] | Fit {
  const reporter: Reporter = env.session.reporter;
  const at = call.args.get("at");
  const width = task.meaning.kind === "scalar" ? 1 : task.meaning.names.length;
  if (at?.kind === "number") return Array.from({ length: width }, () => at.value);
  if (at?.kind === "list") {
    const numbers = at.items.flatMap((item) => (item.kind === "number" ? [item.value] : []));
    if (numbers.length !== width)
      reporter.refuse("out-of-range", call.span, {
        what: "the number of thresholds",
        expected: String(width),
        actual: numbers.length,
      });
    return numbers;
  }
  if (at?.kind !== "call") throw new Refusal();
  const range = at.args.get("range");
  const on = at.args.get("on");
  if (on?.kind !== "part") return reporter.refuse("unfitted-split", at.span, {}, { help: "such as on: aff2.val" });
  const { part } = on;
  if (part !== "train" && part !== "val") return reporter.refuse("not-yet", at.span, { what: `fitting on .${part}` });
  const each = at.args.get("each");
  return {
    from: range?.kind === "range" ? (range.from ?? 0) : 0,
    to: range?.kind === "range" ? (range.to ?? 1) : 1,
    by: numberIn(at, "by", 0.05),
    each: each?.kind === "label" && each.name === "label" ? "label" : "all",
    on: part,
    folds: numberIn(at, "cross", 5),
  };
}
