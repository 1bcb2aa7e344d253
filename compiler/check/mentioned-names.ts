import type { Declaration, Entry, Expr, Input, MapNode, ShapeNode, Statement, Suffix } from "../syntax/ast.ts";
import { perNode } from "../syntax/per-node.ts";

/** Every name that declarations mention, keys of maps among them: a key can stand for a task. */
export class MentionedNames {
  readonly #names = new Set<string>();

  has(name: string): boolean {
    return this.#names.has(name);
  }

  get all(): ReadonlySet<string> {
    return this.#names;
  }

  add(node: Declaration): void {
    if ("parameters" in node)
      for (const { fallback } of node.parameters) if (fallback !== undefined) this.expr(fallback);
    switch (node.kind) {
      case "module":
      case "loss":
      case "model":
        for (const input of node.inputs) this.#input(input);
        if ("result" in node) this.#shape(node.result);
        for (const statement of node.body.statements) this.#statement(statement);
        break;
      case "stage":
        this.expr(node.model);
        this.expr(node.data);
        if (node.body !== undefined) this.#map(node.body);
        break;
      case "assembly":
        this.expr(node.data);
        this.#map(node.body);
        break;
      case "data":
      case "profile":
        this.#map(node.body);
        break;
      case "binding":
      case "task":
      case "encoder":
      case "export":
      case "submit":
      case "sweep":
        this.expr(node.value);
        if ("body" in node && node.body !== undefined) this.#map(node.body);
        break;
      case "use":
    }
  }

  expr(node: Expr): void {
    switch (node.kind) {
      case "name":
        this.#names.add(node.name);
        break;
      case "tuple":
        for (const item of node.items) this.expr(item);
        break;
      case "list":
        for (const item of node.items) {
          if (item.kind === "axis") this.expr(item.size);
          if (item.kind !== "item") continue;
          this.expr(item.value);
          this.#suffixes(item.suffixes);
        }
        break;
      case "map":
        this.#map(node);
        break;
      case "call":
        this.expr(node.callee);
        for (const arg of node.args) {
          this.expr(arg.value);
          this.#suffixes(arg.suffixes);
        }
        break;
      case "index":
        this.expr(node.target);
        for (const index of node.indices) this.expr(index.value);
        break;
      case "member":
        this.expr(node.target);
        // `s.goal` is the head of the task that `goal` is.
        this.#names.add(node.name.text);
        break;
      case "unary":
        this.expr(node.operand);
        break;
      case "binary":
        this.expr(node.left);
        this.expr(node.right);
        break;
      case "range":
        if (node.start !== undefined) this.expr(node.start);
        if (node.end !== undefined) this.expr(node.end);
        break;
      case "send":
        this.expr(node.value);
        this.expr(node.to);
        break;
      case "with":
        this.expr(node.target);
        this.#map(node.changes);
        break;
      case "choice":
        this.expr(node.condition);
        this.expr(node.consequent);
        this.expr(node.otherwise);
        break;
      case "match":
        this.expr(node.subject);
        for (const arm of node.arms) this.expr(arm.value);
        break;
      default:
    }
  }

  entry({ path, value, suffixes }: Entry): void {
    for (const { name, indices } of path.segments) {
      this.#names.add(name.text);
      for (const index of indices) this.expr(index);
    }
    this.expr(value);
    this.#suffixes(suffixes);
  }

  #map(node: MapNode): void {
    for (const entry of node.entries) this.entry(entry);
  }

  #statement(node: Statement): void {
    this.expr(node.value);
    if (node.kind === "return") return;
    this.#suffixes(node.suffixes);
    if (node.kind === "head") this.expr(node.task);
    else this.#shape(node.shape);
  }

  #suffixes(suffixes: readonly Suffix[]): void {
    for (const suffix of suffixes) this.expr(suffix.kind === "for" ? suffix.list : suffix.condition);
  }

  #input({ shape }: Input): void {
    this.#shape(shape);
  }

  #shape(shape: ShapeNode | undefined): void {
    for (const axis of shape?.axes ?? []) {
      if (axis.kind === "axis") this.#names.add(axis.name.text);
      if ((axis.kind === "axis" || axis.kind === "size") && axis.size !== undefined) this.expr(axis.size);
    }
  }
}

/** The names that a declaration mentions. */
export const mentionedBy = perNode((declaration: Declaration): ReadonlySet<string> => {
  const names = new MentionedNames();
  names.add(declaration);
  return names.all;
});
