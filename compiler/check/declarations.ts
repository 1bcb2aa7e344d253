import type { Span } from "../diagnostics/source.ts";
import type { DataNode, Expr } from "../syntax/ast.ts";
import { assemblyThing } from "./assemblies.ts";
import { dataThing } from "./data.ts";
import { encoderThing } from "./encoders.ts";
import type { Env } from "./env.ts";
import { evaluate } from "./evaluate.ts";
import type { FileScope, Found } from "./files.ts";
import { isBroken } from "./incomplete.ts";
import { memoKind } from "./memo.ts";
import { typeOf } from "./parameters.ts";
import { attempt } from "./reporter.ts";
import type { Session } from "./session.ts";
import { inside, settingsOf } from "./settings.ts";
import { applied, stageThing } from "./stages.ts";
import { sweepThing } from "./sweeps.ts";
import { taskThing } from "./tasks.ts";
import { type DataThing, type DeclarationThing, poison, type Thing } from "./things.ts";
import { describeType } from "./type.ts";

export function fileEnv(session: Session, file: FileScope): Env {
  return { session, file, local: undefined, body: undefined };
}

const things = memoKind<Thing>();

/** What a file-level name means. Evaluated once; a name that needs itself is a cycle (language rule 1). */
export function thingNamed(session: Session, found: Found, span: Span): Thing {
  const { declaration, file } = found;
  const { text: name } = declaration.name;
  const evaluated = () =>
    attempt(
      () => make(session, found),
      () => poison,
    );
  const inTheMaking = (): Thing => {
    const related = [{ span, text: "needed here" }];
    session.reporter.report("cycle", declaration.name.span, { name, chain: "its value needs it" }, { related });
    return poison;
  };
  return things(session).get(declaration, evaluated, { decidedBy: () => name, inTheMaking });

  function make(session: Session, { declaration }: Found): Thing {
    const env = fileEnv(session, file);
    switch (declaration.kind) {
      case "binding": {
        const { text } = declaration.name;
        // What a profile says as the file says it changes nothing.
        const settings = settingsOf(session, text, undefined, ({ path, span, expr }) => {
          return path.length > 1 || span.source !== file.source || textOf(expr) !== textOf(declaration.value);
        });
        const whole = settings.findLast(({ path }) => path.length === 1);
        const value = evaluate(whole?.expr ?? declaration.value, whole?.env ?? env);
        if (isBroken(declaration, file)) return poison;
        const changes = settings.filter(({ path }) => path.length > 1).map(inside);
        const [first] = changes;
        // People know data by the name it is bound to, not by what was overridden.
        if (first === undefined) return named(value, text, file === session.main);
        const target = value.kind === "declaration" ? (instanceOf(session, value, first.span) ?? value) : value;
        return applied(session, target, changes, first.span);
      }
      case "task":
        return taskThing(declaration, env);
      case "encoder":
        return encoderThing(declaration, env);
      case "module":
        return {
          kind: "recipe",
          name: declaration.name.text,
          callee: { kind: "module", declaration, env },
          args: { positional: [], named: new Map() },
          span: declaration.name.span,
        };
      case "sweep":
        return sweepThing(declaration, env);
      default:
        return { kind: "declaration", declaration, env };
    }
  }
}

function textOf({ span: { source, start, end } }: Expr): string {
  return source.text.slice(start, end);
}

/** Data and stages under the name that the main file binds them to. */
function named(thing: Thing, label: string, inMain: boolean): Thing {
  if (!inMain) return thing;
  return thing.kind === "data" || (thing.kind === "stage" && thing.label === thing.call) ? { ...thing, label } : thing;
}

const dataOnce = memoKind<DataThing | undefined>();

/** Data without arguments, which nearly every stage reads: evaluated once. Where it is asked for is another place each time. */
function dataOf(session: Session, declaration: DataNode, env: Env, span: Span): DataThing {
  const make = () => dataThing(session, declaration, env, new Map(), [], span);
  const evaluated = () => attempt(make, () => undefined);
  const decidedBy = () => declaration.name.text;
  // Data that needs itself is refused by what makes it.
  const data = dataOnce(session).get(declaration, evaluated, { decidedBy, inTheMaking: make });
  if (data === undefined) return session.reporter.silent();
  return { ...data, places: new Map([...data.places, ["", span]]) };
}

/** A declaration whose parameters all have defaults, as its instance (language rule 78); without one, arguments are missing. */
export function instanceOf(session: Session, thing: DeclarationThing, span: Span): Thing | undefined {
  const { declaration, env } = thing;
  const missing = "parameters" in declaration ? declaration.parameters.find(({ fallback }) => !fallback) : undefined;
  switch (declaration.kind) {
    case "stage":
    case "data":
    case "assembly":
      if (missing !== undefined)
        session.reporter.refuse("missing-argument", span, {
          callee: `\`${declaration.name.text}\``,
          name: missing.name.text,
          expected: describeType(typeOf(missing.type)),
        });
      break;
    default:
  }
  switch (declaration.kind) {
    case "stage":
      return stageThing(session, { declaration, env, bound: new Map(), changes: [], span });
    case "data":
      return dataOf(session, declaration, env, span);
    case "assembly":
      return assemblyThing(session, declaration, env, new Map());
    default:
      return undefined;
  }
}
