import type { TaskMeaning } from "../library/task.ts";
import type { Expr, TaskNode } from "../syntax/ast.ts";
import { canonical } from "./canonical.ts";
import type { Env } from "./env.ts";
import { evaluateAs } from "./evaluate.ts";
import { taskKeys } from "./keys.ts";
import { suggestion } from "./nearest.ts";
import { firstRepeat } from "./repeated.ts";
import type { Reporter } from "./reporter.ts";
import { type CallThing, placeIn, type TaskThing, type Thing } from "./things.ts";
import { call } from "./type.ts";

/** `task au = units(..)`, with its activation (language rule 35). */
export function taskThing(node: TaskNode, env: Env): Thing {
  const reporter: Reporter = env.session.reporter;
  const value = evaluateAs(node.value, env, call("meaning"), `the task \`${node.name.text}\``);
  if (value.kind !== "call") return value;
  const meaning = meaningOf(value, node, env);
  let activation: TaskThing["activation"] = defaultActivation(meaning);
  let scored = true;
  for (const entry of node.body?.entries ?? []) {
    const key = entry.path.segments[0]?.name.text ?? "";
    if (key === "activation") activation = activationOf(entry.value, activation, node.name.text, env);
    else if (key === "metric") {
      evaluateAs(entry.value, env, taskKeys.metric.type, "`metric`");
      scored = false;
    } else
      reporter.report(
        "unknown-key",
        entry.path.span,
        { where: "a task", key },
        { help: suggestion(key, Object.keys(taskKeys)) },
      );
  }
  return { kind: "task", name: node.name.text, meaning, activation, scored };
}

/** `activation: none`, or the one that the task has anyway: another would give numbers that its losses and metric do not take. */
export function activationOf(
  value: Expr,
  usual: TaskThing["activation"],
  task: string,
  env: Env,
): TaskThing["activation"] {
  if (value.kind === "none") return "none";
  const chosen = evaluateAs(value, env, taskKeys.activation.type, "`activation`");
  if (chosen.kind !== "label" || !isActivation(chosen.name)) return usual;
  if (chosen.name !== "none" && chosen.name !== usual) {
    env.session.reporter.report("wrong-type", value.span, {
      what: `the activation of \`${task}\``,
      expected: usual === "none" ? "none" : `${usual} or none`,
      actual: chosen.name,
    });
  }
  return chosen.name;
}

function isActivation(name: string): name is TaskThing["activation"] {
  return name === "sigmoid" || name === "softmax" || name === "tanh" || name === "none";
}

function defaultActivation(meaning: TaskMeaning): TaskThing["activation"] {
  if (meaning.kind === "units") return "sigmoid";
  if (meaning.kind === "classes") return "softmax";
  return Number.isFinite(meaning.min) && Number.isFinite(meaning.max) ? "tanh" : "none";
}

function meaningOf(value: CallThing, node: TaskNode, env: Env): TaskMeaning {
  const reporter: Reporter = env.session.reporter;
  if (value.name === "scalar") {
    const range = value.args.get("range");
    const [min, max] =
      range?.kind === "range" ? [range.from ?? -Infinity, range.to ?? Infinity] : [-Infinity, Infinity];
    if (min >= max || Number.isFinite(min) !== Number.isFinite(max))
      reporter.refuse("out-of-range", placeIn(value, "range"), {
        what: "the range of a scalar",
        expected: min >= max ? "rising" : "closed at both ends, or left out",
        actual: range === undefined ? "none" : canonical(range),
      });
    return { kind: "scalar", min, max };
  }
  const list = value.args.get("names");
  const names = list?.kind === "list" ? list.items.flatMap((item) => (item.kind === "label" ? [item.name] : [])) : [];
  const twice = firstRepeat(names);
  if (twice !== undefined) {
    const places = list?.kind === "list" ? list.places : undefined;
    reporter.refuse("duplicate-name", places?.[twice.at] ?? value.span, { name: twice.name });
  }
  if (value.name === "classes" && names.length === 1 && names[0] === "video") {
    // How many there are is known where the data are; where they are not here, any number does.
    return { kind: "classes", names: ["video 0", "video 1"], byVideo: true };
  }
  const least = value.name === "classes" ? 2 : 1;
  if (names.length < least) {
    reporter.refuse("out-of-range", node.value.span, {
      what: `the number of ${value.name}`,
      expected: `at least ${least}`,
      actual: names.length,
    });
  }
  return value.name === "classes" ? { kind: "classes", names } : { kind: "units", names };
}
