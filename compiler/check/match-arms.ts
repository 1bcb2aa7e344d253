import type { Arm, Expr } from "../syntax/ast.ts";
import { canonical } from "./canonical.ts";
import { type Env, labelsOfParameter, localNamed } from "./env.ts";
import { visible } from "./files.ts";
import { suggestion } from "./nearest.ts";
import { repeats } from "./repeated.ts";
import type { Reporter } from "./reporter.ts";
import type { Thing } from "./things.ts";
import { describeThing } from "./type.ts";

type Match = Extract<Expr, { kind: "match" }>;

/** The arm that fits: by the value, by the task that an arm's name stands for, or `else` (language rule 6). */
export function armOf(expr: Match, subject: Thing, env: Env): Arm {
  const reporter: Reporter = env.session.reporter;
  const text = canonical(subject);
  const known = armsFor(expr, subject, env);
  const twice = repeats(expr.arms, ({ label }) => label.text);
  for (const arm of expr.arms) {
    const { label } = arm;
    const before = twice.get(arm);
    if (before !== undefined) {
      const related = [{ span: before.label.span, text: "first set here" }];
      reporter.report("duplicate-key", label.span, { key: label.text }, { related });
    } else if (known !== undefined && label.text !== "else" && !known.includes(meant(label.text, env))) {
      const expected = `one of ${known.map((each) => `\`${each}\``).join(", ")}`;
      const help = suggestion(label.text, known);
      reporter.report("wrong-type", label.span, { what: "this arm", expected, actual: `\`${label.text}\`` }, { help });
    }
  }
  return (
    expr.arms.find(({ label }) => label.text === text) ??
    expr.arms.find(({ label }) => meant(label.text, env) === text && label.text !== "else") ??
    expr.arms.find(({ label }) => label.text === "else") ??
    reporter.refuse(
      "no-match",
      expr.span,
      { value: describeThing(subject) },
      { help: `add the arm ${written.has(subject.kind) ? `\`${text}: ..\` or ` : ""}\`else: ..\`` },
    )
  );
}

/** What the name, text or number of an arm can be. */
const written: ReadonlySet<Thing["kind"]> = new Set(["bool", "number", "string", "label", "none", "task"]);

/** A variable in an arm stands for its task. */
function meant(label: string, env: Env): string {
  const local = localNamed(env, label);
  return local?.kind === "task" ? local.name : label;
}

/** Every arm that a subject can have; undefined where any can be meant. */
function armsFor({ subject: expr }: Match, subject: Thing, env: Env): readonly string[] | undefined {
  if (subject.kind === "bool") return ["true", "false"];
  if (subject.kind === "task") return tasksIn(env);
  return subject.kind === "label" && expr.kind === "name" ? labelsOfParameter(env, expr.name) : undefined;
}

function tasksIn(env: Env): readonly string[] {
  const names = [...env.file.own.keys(), ...env.file.used.keys()];
  return names.filter((name) => visible(env.file, name)?.declaration.kind === "task");
}
