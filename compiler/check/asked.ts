import type { Span } from "../diagnostics/source.ts";
import type { Expr } from "../syntax/ast.ts";
import { parseFile } from "../syntax/index.ts";
import { fileEnv, instanceOf } from "./declarations.ts";
import type { Env } from "./env.ts";
import { evaluate } from "./evaluate.ts";
import type { FileScope } from "./files.ts";
import { checkDeclared } from "./names.ts";
import { attempt } from "./reporter.ts";
import type { Session } from "./session.ts";
import { poison, type Thing } from "./things.ts";

/** Something that was asked about from outside: `together`, `alone(au)`, `table[length: 5]`, or a parameter path as `alone(au).face.trunk`. */
export interface Asked {
  readonly text: string;
  readonly thing: Thing;
  /** The path below the stage; empty where the stage itself is meant. */
  readonly path: string;
  readonly span: Span;
}

/** What an expression means at file level; of a stage with more behind it, the stage and a path. Mistakes are reported in its text. */
export function askedThing(session: Session, file: FileScope, text: string): Asked {
  const { file: node, diagnostics } = parseFile({ name: "the name that was asked for", text: `asked = ${text}` });
  session.reporter.add(diagnostics);
  const [binding] = node.declarations;
  const span = node.declarations[0]?.span ?? { source: node.source, start: 0, end: node.source.text.length };
  if (diagnostics.length > 0 || binding?.kind !== "binding") return { text, thing: poison, path: "", span };
  const env = fileEnv(session, file);
  const found = attempt(
    () => stageAndPath(binding.value, env),
    () => ({ thing: poison, path: "" }),
  );
  return { text, thing: found.thing, path: found.path.replace(/^\./, ""), span: binding.value.span };
}

function stageAndPath(expr: Expr, env: Env): { readonly thing: Thing; readonly path: string } {
  if (expr.kind === "member" || (expr.kind === "index" && expr.indices.length === 1)) {
    const before = stageAndPath(expr.target, env);
    if (before.thing.kind === "stage" || before.path !== "") return { ...before, path: before.path + link(expr) };
  }
  checkDeclared(expr, "thing", env, () => [...env.file.own.keys(), ...env.file.used.keys()]);
  const thing = evaluate(expr, env);
  if (thing.kind !== "declaration") return { thing, path: "" };
  const { declaration } = thing;
  const whole = "parameters" in declaration && declaration.parameters.every(({ fallback }) => fallback !== undefined);
  const made = whole
    ? attempt(
        () => instanceOf(env.session, thing, expr.span),
        () => undefined,
      )
    : undefined;
  return { thing: made ?? thing, path: "" };
}

/** `.face` or `[3]`, as paths of parameters have it. */
function link(expr: Extract<Expr, { kind: "member" | "index" }>): string {
  if (expr.kind === "member") return `.${expr.name.text}`;
  const { source, start, end } = expr.indices[0]?.span ?? expr.span;
  return `[${source.text.slice(start, end)}]`;
}
