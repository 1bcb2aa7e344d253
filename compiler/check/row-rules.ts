import type { SamplerPlan } from "../lower/plan.ts";
import { judgedRows, trainedRows } from "./data-parts.ts";
import { dataPlan } from "./data-plan.ts";
import type { Env } from "./env.ts";
import type { StageBuild } from "./model-build.ts";
import { partsOf } from "./model-data.ts";
import type { Reporter } from "./reporter.ts";
import { valueSpan } from "./stage-entry.ts";
import { type CallThing, placeIn, type TaskThing, type Thing } from "./things.ts";

/** `where:` speaks of tasks that the data label, each once (language rule 44). */
export function checkRules(thing: Thing | undefined, built: StageBuild, scope: Env): void {
  if (thing?.kind === "combined") {
    checkRules(thing.left, built, scope);
    if (thing.operator !== "not") checkRules(thing.right, built, scope);
    return;
  }
  const tasks = thing?.kind === "call" ? thing.args.get("tasks") : undefined;
  if (thing?.kind !== "call" || tasks?.kind !== "list") return;
  const { reporter } = scope.session;
  if (tasks.items.length === 0 && built.model.heads.size > 0)
    reporter.report("empty-list", thing.span, { callee: `\`${thing.name}\`` });
  const seen = new Set<string>();
  for (const [i, task] of tasks.items.entries()) {
    if (task.kind !== "task") continue;
    const span = tasks.places?.[i] ?? thing.span;
    if (seen.has(task.name)) reporter.report("duplicate-argument", span, { name: task.name });
    else if (!labelled(built, scope).includes(task.name)) reportUnlabelled(task.name, built, scope, span);
    seen.add(task.name);
  }
}

/** `sample: balanced(expr)` weighs rows by the class that their label names (language rule 66). */
export function samplerOf(thing: Thing | undefined, built: StageBuild, scope: Env): SamplerPlan | undefined {
  const task = thing?.kind === "call" ? thing.args.get("task") : undefined;
  if (thing?.kind !== "call" || task?.kind !== "task") return undefined;
  const span = placeIn(thing, "task");
  if (task.meaning.kind !== "classes")
    scope.session.reporter.report(
      "wrong-type",
      span,
      {
        what: "what rows are balanced by",
        expected: "a task of classes",
        actual: `\`${task.name}\` (${task.meaning.kind})`,
      },
      // A row has every unit, active or not: there is no drawing one without the others.
      task.meaning.kind === "units" ? { help: "the loss can weigh units: bce(.., pos_weight: balanced)" } : {},
    );
  else if (!labelled(built, scope).includes(task.name)) reportUnlabelled(task.name, built, scope, span);
  return { kind: "balanced", task: task.name };
}

/** `validate: d.val` has labels of the model's tasks, and no row that the stage is trained on (language rules 42, 48). */
export function checkValidation(thing: Thing, built: StageBuild, tasks: readonly TaskThing[], scope: Env): void {
  if (thing.kind !== "data") return;
  const { stage, model } = built;
  const reporter: Reporter = scope.session.reporter;
  const span = valueSpan(stage, "validate");
  const related = [{ span: stage.span, text: `in ${stage.label}` }];
  if (thing.part.of === "test") {
    const what = "what a stage is judged on";
    const actual = `${thing.label}, which has none`;
    reporter.report("wrong-type", span, { what, expected: "rows with labels", actual }, { related });
    return;
  }
  const { of, fold } = thing.part;
  const judged = judgedRows({ ...thing, part: { of: of === "train" || of === "all" ? undefined : of, fold } });
  const leak = partsOf(model.data).find((data) => {
    const rows = trainedRows(data);
    if (rows.data !== thing.annotations) return false;
    if (of === "all" || of === "train") return data.part.of === of || of === "all" || rows.covers("train");
    return judged !== undefined && rows.covers(judged);
  });
  if (leak !== undefined) {
    reporter.report(
      "leakage",
      span,
      { consumer: stage.label, producer: "it" },
      {
        help: `it is trained on ${leak.label}, and judged on ${thing.label}`,
        related,
      },
    );
    return;
  }
  const names = dataPlan(scope.session, thing).tasks.map(({ name }) => name);
  const lacking = tasks.filter(({ name, scored }) => scored && !names.includes(name));
  const [first] = lacking;
  if (first !== undefined && lacking.length === tasks.filter(({ scored }) => scored).length)
    reporter.report("task-not-in-data", span, { data: thing.label, task: first.name }, { related });
}

function labelled({ model }: StageBuild, scope: Env): readonly string[] {
  return partsOf(model.data).flatMap((part) => dataPlan(scope.session, part).tasks.map(({ name }) => name));
}

function reportUnlabelled(task: string, built: StageBuild, scope: Env, span: CallThing["span"]): void {
  const names = labelled(built, scope).map((name) => `\`${name}\``);
  scope.session.reporter.report(
    "task-not-in-data",
    span,
    { data: built.model.data.label, task },
    { help: `it labels ${names.join(", ") || "nothing"}` },
  );
}
