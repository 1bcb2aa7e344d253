import type { LossMaking } from "./loss-making.ts";
import type { HeadBuild } from "./model-build.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import type { CallThing, TaskThing } from "./things.ts";

/** The head of a task that a loss is of; with views, a task must say which is meant. */
export function headOf(task: TaskThing, call: CallThing, making: LossMaking, reporter: Reporter): HeadBuild {
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
    const views = making.views.map((view) => `\`${view}\``).join(", ");
    reporter.report(
      "needs-view",
      call.span,
      { task: task.name, views },
      { help: `such as ${first}.${task.name}`, related },
    );
  }
  return head;
}
