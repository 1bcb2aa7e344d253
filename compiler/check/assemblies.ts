import type { AssemblyNode } from "../syntax/ast.ts";
import { changeText } from "./data.ts";
import type { Env } from "./env.ts";
import { labelOf } from "./label.ts";
import { overridden, placeOf } from "./overrides.ts";
import type { Session } from "./session.ts";
import { inside, settingsOf } from "./settings.ts";
import type { AssemblyThing, Change, Thing } from "./things.ts";

/** An assembly with its arguments and overrides; its entries are evaluated when the plan is made. */
export function assemblyThing(
  session: Session,
  declaration: AssemblyNode,
  env: Env,
  given: ReadonlyMap<string, Thing>,
  changes: readonly Change[] = [],
): AssemblyThing {
  const { name, parameters, body } = declaration;
  const { bound, kept } = overridden(
    session,
    {
      what: `the assembly \`${name.text}\``,
      parameters,
      env,
      keys: body.entries.map(({ path }) => path.segments[0]?.name.text ?? ""),
    },
    given,
    [...changes, ...settingsOf(session, name.text).map(inside)],
  );
  const whole = kept.find(({ path }) => path.length > 1);
  if (whole !== undefined)
    session.reporter.refuse("override-target", placeOf(whole, 1), {
      path: whole.path.join("."),
      what: `the assembly \`${name.text}\``,
    });
  const label = labelOf(name.text, parameters, bound);
  return {
    kind: "assembly",
    declaration,
    env,
    bound,
    changes: kept,
    label: kept.length === 0 ? label : `${label} with {${kept.map(changeText).join(", ")}}`,
  };
}
