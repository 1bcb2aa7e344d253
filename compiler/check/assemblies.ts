import type { AssemblyNode } from "../syntax/ast.ts";
import { changeText } from "./data.ts";
import type { Env } from "./env.ts";
import { evaluateAs } from "./evaluate.ts";
import { labelOf } from "./label.ts";
import { suggestion } from "./nearest.ts";
import { typeOf, withDefaults } from "./parameters.ts";
import type { Session } from "./session.ts";
import { changed } from "./settings.ts";
import type { AssemblyThing, Change, Thing } from "./things.ts";

/** An assembly with its arguments and overrides; its entries are evaluated when the plan is made. */
export function assemblyThing(
  session: Session,
  declaration: AssemblyNode,
  env: Env,
  given: ReadonlyMap<string, Thing>,
  changes: readonly Change[] = [],
): AssemblyThing {
  const bound = new Map(given);
  const kept: Change[] = [];
  const keys = declaration.body.entries.map(({ path }) => path.segments[0]?.name.text ?? "");
  const parameters = declaration.parameters.map(({ name }) => name.text);
  for (const change of changes) {
    const [first = "", ...rest] = change.path;
    const parameter = declaration.parameters.find(({ name }) => name.text === first);
    const text = change.path.join(".");
    if (parameter !== undefined) {
      const type = typeOf(parameter.type);
      const before = withDefaults(declaration.parameters, bound, env).local?.names.get(first) ?? { kind: "none" };
      const value =
        rest.length === 0
          ? evaluateAs(change.expr, change.env, type, `\`${text}\``)
          : changed(
              session,
              before,
              rest,
              (wanted) => evaluateAs(change.expr, change.env, wanted, text),
              text,
              change.span,
            );
      bound.set(first, value);
    } else if (rest.length === 0 && keys.includes(first)) kept.push(change);
    else {
      session.reporter.refuse(
        "override-target",
        change.span,
        { path: text, what: `the assembly \`${declaration.name.text}\`` },
        { help: suggestion(first, [...parameters, ...keys]) },
      );
    }
  }
  const label = labelOf(declaration.name.text, declaration.parameters, bound);
  return {
    kind: "assembly",
    declaration,
    env,
    bound,
    changes: kept,
    label: kept.length === 0 ? label : `${label} with {${kept.map(changeText).join(", ")}}`,
  };
}
