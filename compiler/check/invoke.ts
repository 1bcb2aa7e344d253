import type { Span } from "../diagnostics/source.ts";
import type { ModelNode } from "../syntax/ast.ts";
import { assemblyThing } from "./assemblies.ts";
import { dataThing } from "./data.ts";
import type { Env } from "./env.ts";
import { labelOf } from "./label.ts";
import { withSettings } from "./overrides.ts";
import { bindDeclared } from "./parameters.ts";
import type { Reporter } from "./reporter.ts";
import type { Session } from "./session.ts";
import { stageThing } from "./stages.ts";
import type { Arguments, DeclarationThing, ModelThing, Thing } from "./things.ts";

/** A declaration with parameters given its arguments. */
export function invokeDeclaration(
  callee: DeclarationThing,
  sent: readonly Thing[],
  args: Arguments,
  env: Env,
  span: Span,
): Thing {
  const { declaration, env: home } = callee;
  const reporter: Reporter = env.session.reporter;
  if (!("parameters" in declaration)) return reporter.refuse("not-callable", span, { what: `a ${declaration.kind}` });
  if (sent.length > 0)
    return reporter.refuse("not-callable", span, { what: `nothing can be sent to a ${declaration.kind}; it` });
  const name = declaration.name.text;
  if (declaration.kind === "loss") {
    return {
      kind: "call",
      family: "loss",
      name,
      args: new Map(),
      span,
      declared: { declaration, env: home, args, site: env },
    };
  }
  const bound = bindDeclared(name, declaration.parameters, args, env, span);
  switch (declaration.kind) {
    case "stage":
      return stageThing(env.session, { declaration, env: home, bound, changes: [], span });
    case "data":
      return dataThing(env.session, declaration, home, bound, [], span);
    case "assembly":
      return assemblyThing(env.session, declaration, home, bound);
    case "model":
      return modelThing(env.session, declaration, home, bound);
    default:
      return reporter.refuse("not-callable", span, { what: `a ${declaration.kind}` });
  }
}

/** A model with its arguments and what settings say of them. */
export function modelThing(
  session: Session,
  declaration: ModelNode,
  env: Env,
  given: ReadonlyMap<string, Thing>,
): ModelThing {
  const bound = withSettings(session, declaration, env, given);
  return {
    kind: "model",
    declaration,
    env,
    bound,
    label: labelOf(declaration.name.text, declaration.parameters, bound),
  };
}
