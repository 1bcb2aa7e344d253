import type { Expr, Item } from "../syntax/ast.ts";
import type { ModelBuild } from "./model-build.ts";

/** Where in a module's or model's text the check is: what paths of layers are made of (language rule 15). */
export interface Body {
  readonly build: ModelBuild;
  /** The path of the module whose body this is; empty for the model. */
  readonly path: string;
  /** The name being defined; empty in `return`. */
  readonly definition: string;
  /** Callees that stand more than once in the definition: their layers are numbered. */
  readonly repeated: ReadonlySet<string>;
  /** How many of each have been made. */
  readonly made: Map<string, number>;
  /** How deep modules are nested. */
  readonly depth: number;
  /** In a loss, sums and means without an axis run over everything, samples too (language rule 51). */
  readonly loss: boolean;
}

/** The place of one definition in a body. */
export function define(body: Body, definition: string, value: Expr): Body {
  return { ...body, definition, repeated: repeatedCallees(value), made: new Map() };
}

/** The path of a name in this body. */
export function namedPath(body: Body, name: string): string {
  return [body.path, name].filter((part) => part !== "").join(".");
}

/** The path of a layer without a name: `definition.callee`, numbered where there are several. */
export function freshPath(body: Body, callee: string): string {
  const path = [body.path, body.definition, callee].filter((part) => part !== "").join(".");
  const count = body.made.get(callee) ?? 0;
  body.made.set(callee, count + 1);
  // A callee that the text does not name twice can still be met twice, such as a recipe in a branch.
  return body.repeated.has(callee) || count > 0 ? `${path}[${count}]` : path;
}

/** Names that are called or sent to more than once, or in a loop. */
function repeatedCallees(expr: Expr): ReadonlySet<string> {
  const counts = new Map<string, number>();
  const count = (callee: Expr, times: number) => {
    const name = callee.kind === "name" ? callee.name : callee.kind === "member" ? callee.name.text : undefined;
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + times);
  };
  const items = (list: readonly Item[], times: number) => {
    for (const item of list)
      if (item.kind === "item") walk(item.value, item.suffixes.some(({ kind }) => kind === "for") ? 2 : times);
  };
  const walk = (node: Expr, times: number): void => {
    switch (node.kind) {
      case "send":
        walk(node.value, times);
        if (node.to.kind === "call") walk(node.to, times);
        else count(node.to, times);
        break;
      case "call":
        count(node.callee, times);
        for (const arg of node.args) walk(arg.value, arg.suffixes.some(({ kind }) => kind === "for") ? 2 : times);
        break;
      case "list":
        items(node.items, times);
        break;
      case "tuple":
        for (const item of node.items) walk(item, times);
        break;
      case "map":
        for (const entry of node.entries) walk(entry.value, entry.suffixes.length > 0 ? 2 : times);
        break;
      case "binary":
        walk(node.left, times);
        walk(node.right, times);
        break;
      case "unary":
        walk(node.operand, times);
        break;
      case "index":
      case "member":
      case "with":
        walk(node.target, times);
        break;
      case "choice":
        walk(node.consequent, times);
        walk(node.otherwise, times);
        break;
      case "match":
        for (const arm of node.arms) walk(arm.value, times);
        break;
      default:
    }
  };
  walk(expr, 1);
  return new Set([...counts].filter(([, times]) => times > 1).map(([name]) => name));
}
