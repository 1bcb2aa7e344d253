import type { CheckedStage } from "../check/check-stage.ts";
import { withoutPart } from "../check/data-parts.ts";
import { dataPlan } from "../check/data-plan.ts";
import { instanceOf } from "../check/declarations.ts";
import { type Env, inner } from "../check/env.ts";
import { evaluate, forEachSuffix, keyOf } from "../check/evaluate.ts";
import { suggestion } from "../check/nearest.ts";
import { withDefaults } from "../check/parameters.ts";
import { attempt, Refusal, type Reporter } from "../check/reporter.ts";
import type { Session } from "../check/session.ts";
import type { AssemblyThing, ChosenThing, DataThing } from "../check/things.ts";
import { describeThing } from "../check/type.ts";
import type { Span as TextSpan } from "../diagnostics/source.ts";
import type { AssemblyPlan, MemberPlan } from "./plan.ts";
import { streamOf } from "./streams.ts";

/** The scope of an assembly's block: its parameters. */
export function assemblyScope({ declaration, bound, env }: AssemblyThing): Env {
  return withDefaults(declaration.parameters, bound, env);
}

/** The data that an assembly runs over. */
export function assemblyData(thing: AssemblyThing, session: Session): DataThing {
  const { declaration } = thing;
  const reporter: Reporter = session.reporter;
  const { data: expr } = declaration;
  let data = evaluate(expr, assemblyScope(thing));
  if (data.kind === "declaration") data = instanceOf(session, data, expr.span) ?? data;
  if (data.kind === "data") return data;
  if (data.kind === "poison") throw new Refusal();
  return reporter.refuse("wrong-type", expr.span, {
    what: "what an assembly is on",
    expected: "data",
    actual: describeThing(data),
  });
}

/** An assembly with the stream of every task checked (language rule 67). */
export function assemblyPlan(
  thing: AssemblyThing,
  session: Session,
  hash: (stage: CheckedStage) => () => string,
  waitsFor: (choice: ChosenThing) => void,
): AssemblyPlan {
  const { declaration } = thing;
  const reporter: Reporter = session.reporter;
  const env = assemblyScope(thing);
  const data = assemblyData(thing, session);
  const { of } = data.part;
  if (of === "train" || of === "all")
    reporter.refuse(
      "wrong-type",
      declaration.data.span,
      { what: "what an assembly is on", expected: "data, a fold of them, or the part val or test", actual: data.label },
      { help: "it is judged by rows that its stages were not trained on, or made for the test part" },
    );
  // Numbers are fitted on other rows than those that it is made for.
  const plan = dataPlan(session, withoutPart(data));
  const before = reporter.errors;
  const members: MemberPlan[] = [];
  const seen = new Map<string, TextSpan>();
  for (const entry of declaration.body.entries) {
    forEachSuffix(entry.suffixes, env, (place) => {
      attempt(
        () => {
          const name = keyOf(entry.path, place);
          const earlier = seen.get(name);
          const { span } = entry.path;
          if (earlier !== undefined) {
            const related = [{ span: earlier, text: "first set here" }];
            reporter.refuse("duplicate-key", span, { key: name }, { related });
          }
          seen.set(name, span);
          const task = plan.tasks.find((each) => each.name === name);
          if (task === undefined) {
            const names = plan.tasks.map((each) => each.name);
            const help = suggestion(name, names) ?? `it labels ${names.map((each) => `\`${each}\``).join(", ")}`;
            reporter.refuse("task-not-in-data", span, { data: plan.name, task: name }, { help });
          }
          const change = thing.changes.findLast(({ path }) => path[0] === name);
          const value = evaluate(
            change?.expr ?? entry.value,
            change === undefined ? place : inner(place, change.env.local?.names ?? []),
          );
          members.push({
            task,
            stream: streamOf(value, { task, data, env: place, span: entry.value.span, hash, waitsFor }),
          });
        },
        () => undefined,
      );
    });
  }
  if (declaration.body.entries.length === 0)
    reporter.report("missing-key", declaration.span, { where: `the assembly ${thing.label}`, key: "a task" });
  // What is made of it would only repeat what is missing.
  if (reporter.errors > before || members.length < seen.size) throw new Refusal();
  return { name: thing.label, data: plan, ...(of === "test" ? { only: of } : {}), members };
}
