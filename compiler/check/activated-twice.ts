import type { Value } from "../ir/graph.ts";
import type { Expr } from "../syntax/ast.ts";
import { calledName } from "./call.ts";
import type { Env } from "./env.ts";
import type { Reporter } from "./reporter.ts";
import type { TaskThing } from "./things.ts";

/** What each activation leaves no sense in when it comes on top: the same again, or numbers of one sign where both mean something. */
const spoilt: Readonly<Record<TaskThing["activation"], readonly string[]>> = {
  sigmoid: ["sigmoid", "softmax"],
  softmax: ["softmax"],
  tanh: ["tanh", "sigmoid", "softmax"],
  none: [],
};

/**
 * A head's expression without a last step that does what its activation does (language rule 30), which is told: what stands before it
 * can be looked at all the same, and is the last step that knows its width.
 */
export function withoutActivation(value: Expr, task: TaskThing, env: Env): Expr {
  if (value.kind !== "send") return value;
  const callee = value.to.kind === "call" ? value.to.callee : value.to;
  const name = calledName(callee, env);
  if (name === undefined || !spoilt[task.activation].includes(name)) return value;
  const { source } = value.span;
  const span = { source, start: value.value.span.end, end: value.to.span.end };
  // The arrow and the step alone: neither a bracket around what stands before, nor a comment.
  const removable = /^\s*->\s*\w/.test(source.text.slice(span.start, span.end));
  env.session.reporter.report(
    "activated-twice",
    value.to.span,
    { task: task.name, function: name, activation: task.activation },
    { help: helpFor(task), ...(removable ? { fix: { span, replacement: "" } } : {}) },
  );
  return value.value;
}

/** The same of a head whose last step is elsewhere: in a module, or in a definition. */
export function checkActivatedOnce(logits: Value, task: TaskThing, span: Expr["span"], reporter: Reporter): void {
  const op = logits.source.kind === "node" ? logits.source.node.op : undefined;
  if (op === undefined || !spoilt[task.activation].includes(op)) return;
  reporter.report(
    "activated-twice",
    span,
    { task: task.name, function: op, activation: task.activation },
    { help: helpFor(task) },
  );
}

function helpFor({ meaning }: TaskThing): string {
  const way = "leave it out: a head gives logits";
  return meaning.kind === "scalar" ? `${way}; or keep it, and add { activation: none } to the head` : way;
}
