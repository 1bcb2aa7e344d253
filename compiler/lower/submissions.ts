import { withoutPart } from "../check/data-parts.ts";
import { dataPlan } from "../check/data-plan.ts";
import type { Env } from "../check/env.ts";
import { evaluateAs } from "../check/evaluate.ts";
import { submitKeys } from "../check/keys.ts";
import { suggestion } from "../check/nearest.ts";
import { Refusal, type Reporter } from "../check/reporter.ts";
import type { Thing } from "../check/things.ts";
import { describeThing } from "../check/type.ts";
import type { Span } from "../diagnostics/source.ts";
import { sAffWild2 } from "../library/s-aff-wild2.ts";
import type { OutputNode } from "../syntax/ast.ts";
import { assemblyData } from "./assemblies.ts";
import { checkOnce, type Making, targetOf } from "./outputs.ts";
import type { AssemblyPlan } from "./plan.ts";
import type { TaskPlan } from "./plan-data.ts";
import type { SubmissionPlan } from "./plan-outputs.ts";

function isSubmitKey(key: string): key is keyof typeof submitKeys {
  return Object.hasOwn(submitKeys, key);
}

/** `submit final { list: d.test, to: "..", missing: nearest }`: a submission needs exactly the format's tasks (language rule 75). */
export function submissionPlan(declaration: OutputNode, env: Env, making: Making): SubmissionPlan {
  const { session } = env;
  const reporter: Reporter = session.reporter;
  const given = submissionKeys(declaration, env);
  const thing = targetOf(declaration, env);
  if (thing.kind === "poison") throw new Refusal();
  if (thing.kind !== "assembly") {
    reporter.refuse("wrong-type", declaration.value.span, {
      what: "what is submitted",
      expected: "an assembly",
      actual: describeThing(thing),
    });
  }
  for (const key of ["list", "to"]) {
    if (given.has(key)) continue;
    const help =
      key === "list"
        ? `such as list: ${withoutPart(assemblyData(thing, session)).label}.test`
        : 'such as to: "predictions.txt"';
    reporter.report("missing-key", declaration.span, { where: "a submission", key }, { help });
  }
  const list = given.get("list");
  if (list?.kind === "data" && list.part.of !== "test")
    reporter.report("wrong-type", placeOf("list", declaration), {
      what: "the list of a submission",
      expected: "a test part, such as aff2.test",
      actual: list.label,
    });
  const to = fileOf(given.get("to"), declaration, reporter);
  const assembled = making.assembly(thing);
  if (assembled === undefined) throw new Refusal();
  const { name, data } = assembled.plan;
  checkTasks(thing.label, assembled.plan, declaration, reporter);
  if (list?.kind !== "data" || to === undefined) throw new Refusal();
  const listed = dataPlan(session, list);
  if (listed.root !== data.root || JSON.stringify(listed.format) !== JSON.stringify(data.format))
    reporter.report("wrong-type", placeOf("list", declaration), {
      what: "the list of a submission",
      expected: `the test part of what ${name} is on, ${data.name}`,
      actual: list.label,
    });
  const missing = given.get("missing");
  const policy = missing?.kind === "label" ? policies.find((each) => each === missing.name) : undefined;
  return { of: name, to, missing: policy ?? "nearest" };
}

const policies = ["nearest", "zero", "error"] as const;

/** Refuses what has not exactly what a row of the challenge's file has. */
function checkTasks(label: string, { data, members }: AssemblyPlan, { value }: OutputNode, reporter: Reporter): void {
  // Drawn faces come in the challenge's format.
  if (data.format.kind !== "s_aff_wild2" && data.format.kind !== "synthetic") {
    reporter.report("not-yet-written", value.span, { what: "a submission of data in another format than s_aff_wild2" });
    return;
  }
  const missing = formatTasks.find(({ fits }) => !members.some(({ task }) => fits(task)));
  const more = members.find(({ task }) => !formatTasks.some(({ fits }) => fits(task)));
  if (missing === undefined && more === undefined) return;
  const problem = missing === undefined ? `has \`${more?.task.name}\` too` : `lacks ${missing.name}`;
  const help = "its rows have valence, arousal, an expression and 12 action units";
  reporter.refuse("submission-tasks", value.span, { what: label, problem }, { help });
}

/** The file that a submission is written to, below the run's `submissions`. */
function fileOf(to: Thing | undefined, declaration: OutputNode, reporter: Reporter): string | undefined {
  if (to?.kind !== "string") return undefined;
  const steps = to.value.split(/[/\\]/);
  if (steps.every((step) => step !== "" && step !== "." && step !== "..") && !/^[A-Za-z]:/.test(to.value))
    return to.value;
  reporter.report("wrong-type", placeOf("to", declaration), {
    what: "`to`",
    expected: 'a path below the run\'s folder, such as "predictions.txt"',
    actual: JSON.stringify(to.value),
  });
  return undefined;
}

function placeOf(key: string, { body, span }: OutputNode): Span {
  return body?.entries.find(({ path }) => path.segments[0]?.name.text === key)?.value.span ?? span;
}

function submissionKeys(declaration: OutputNode, env: Env): ReadonlyMap<string, Thing> {
  const reporter: Reporter = env.session.reporter;
  const given = new Map<string, Thing>();
  checkOnce(declaration, reporter);
  for (const entry of declaration.body?.entries ?? []) {
    const key = entry.path.segments[0]?.name.text ?? "";
    if (isSubmitKey(key)) given.set(key, evaluateAs(entry.value, env, submitKeys[key].type, `\`${key}\``));
    else {
      const help = suggestion(key, Object.keys(submitKeys)) ?? "it has `list`, `to` and `missing`";
      reporter.report("unknown-key", entry.path.span, { where: "a submission", key }, { help });
    }
  }
  return given;
}

const sameNames = (names: readonly string[], { meaning }: TaskPlan, kind: "units" | "classes"): boolean =>
  meaning.kind === kind && names.length === meaning.names.length && names.every((name) => meaning.names.includes(name));

/** What a row of the challenge's file has. */
const formatTasks: readonly { readonly name: string; readonly fits: (task: TaskPlan) => boolean }[] = [
  { name: "the 12 action units", fits: (task) => sameNames(sAffWild2.units, task, "units") },
  { name: "the 8 expressions", fits: (task) => sameNames(sAffWild2.classes, task, "classes") },
  ...sAffWild2.scalars.map((name) => ({ name, fits: (task: TaskPlan) => task.name === name })),
];
