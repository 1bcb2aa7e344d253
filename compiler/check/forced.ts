import type { Span } from "../diagnostics/source.ts";
import { maskWidthOf, widthOf } from "../library/task.ts";
import * as v from "../ops/vocabulary.ts";
import { activated } from "./activation.ts";
import { convert } from "./convert.ts";
import type { Env } from "./env.ts";
import { labelInput } from "./model-build.ts";
import type { Reporter } from "./reporter.ts";
import { bodyOf } from "./tensor-arithmetic.ts";
import type { Thing } from "./things.ts";
import { describeThing, must, schedule, task } from "./type.ts";
import { makeUse } from "./use.ts";

/** What it is called with, and what it does, for people. */
export const forced = {
  doc: "Scheduled sampling: while training a row's label with probability p where it has one, else the head's own output; in evaluation the output (arXiv 1506.03099).",
  params: { task: must(task), p: must(schedule) },
} as const;

/**
 * `forced(au, p)`, scheduled sampling (https://arxiv.org/abs/1506.03099): while training a row's label with probability p, where it
 * has one, else the head's own output, through which no gradient flows back; in evaluation the output (language rule 32).
 */
export function forcedThing(subject: Thing, probability: Thing, env: Env, span: Span): Thing {
  const reporter: Reporter = env.session.reporter;
  const body = bodyOf(env);
  const { build } = body;
  const { g } = build;
  if (subject.kind === "poison") return reporter.silent();
  const head = subject.kind === "task" ? build.heads.get(subject.name) : undefined;
  if (subject.kind !== "task") {
    return reporter.refuse("wrong-type", span, {
      what: "what `forced` is of",
      expected: "a task",
      actual: describeThing(subject),
    });
  }
  if (build.brokenHeads.has(subject.name)) return reporter.silent();
  if (head === undefined) {
    const help = `\`forced(${subject.name}, ..)\` stands below \`head ${subject.name}\``;
    return reporter.refuse("no-head", span, { task: subject.name }, { help });
  }
  const given = convert(env.session, probability, schedule, "the probability of `forced`", span);
  if (given.kind === "number" && (given.value < 0 || given.value > 1))
    reporter.report("out-of-range", span, { what: "a probability", expected: "from 0 to 1", actual: given.value });
  const { meaning } = head.task;
  const output = activated(g, head.task, head.logits.wire);
  const label = labelInput(build, "label", subject.name, widthOf(meaning)).wire;
  const mask = labelInput(build, "mask", subject.name, maskWidthOf(meaning)).wire;
  const use = makeUse("forced", `forced.${subject.name}`, env, body, span, undefined);
  const drawn = v.randomUniform(g, use.seed(), [...output.type.shape.slice(0, -1), 1], use.stream());
  const name = `forced/${subject.name}`;
  const p = given.kind === "number" ? g.scalar(given.value) : g.input("scalar", name, { dtype: "float32", shape: [] });
  if (given.kind !== "number") build.schedules.set(name, given);
  // 1 where the label is taken: drawn below p, and there is one.
  const one = g.scalar(1);
  const zero = g.scalar(0);
  const chosen = v.where(g, v.less(g, drawn, p), v.where(g, v.greater(g, mask, zero), one, zero), zero);
  const own = v.stopGradient(g, output);
  const fed = v.add(g, v.multiply(g, label, chosen), v.multiply(g, own, v.subtract(g, one, chosen)));
  const wire = v.at(g.apply("training_or_evaluation", [fed, own]), 0);
  return { ...head.logits, wire };
}
