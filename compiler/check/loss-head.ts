import type { Value } from "../ir/graph.ts";
import { maskWidthOf, widthOf } from "../library/task.ts";
import type { LossMaking } from "./loss-making.ts";
import { type HeadBuild, labelInput } from "./model-build.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import type { CallThing, TaskThing, TensorThing } from "./things.ts";

/** The head of a task and its labels, as one view has them. */
export interface SeenHead extends HeadBuild {
  readonly label: TensorThing;
  readonly mask: TensorThing;
}

/** The head of a task that a loss is of and its labels, as its view has them; with views, a task must say which is meant. */
export function headOf(task: TaskThing, call: CallThing, making: LossMaking, reporter: Reporter): SeenHead {
  const { model, stage } = making.built;
  const related = [{ span: stage.span, text: `in ${stage.label}` }];
  const head = model.heads.get(task.name);
  if (head === undefined) {
    const names = [...model.heads.keys()];
    const help =
      suggestion(task.name, names) ?? `it has ${names.map((name) => `\`${name}\``).join(", ") || "no heads"}`;
    return reporter.refuse("no-head", call.span, { task: task.name }, { help, related });
  }
  if (making.views.length > 0 && task.view === undefined) {
    const [first] = making.views;
    const views = making.views.map(({ name }) => `\`${name}\``).join(", ");
    reporter.report(
      "needs-view",
      call.span,
      { task: task.name, views },
      { help: `such as ${first?.name}.${task.name}`, related },
    );
  }
  const seen = task.view?.of ?? ((value: Value) => value);
  const { meaning } = head.task;
  const [label, mask] = [
    labelInput(model, "label", task.name, widthOf(meaning)),
    labelInput(model, "mask", task.name, maskWidthOf(meaning)),
  ];
  return {
    ...head,
    logits: { ...head.logits, wire: seen(head.logits.wire) },
    label: { ...label, wire: seen(label.wire) },
    mask: { ...mask, wire: seen(mask.wire) },
  };
}
