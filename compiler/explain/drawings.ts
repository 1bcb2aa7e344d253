import { forwardFlops } from "../cost/forward.ts";
import type { Box, Drawing } from "../draw/drawing.ts";
import { modelDrawing } from "../draw/model-drawing.ts";
import { Paths } from "../draw/paths.ts";
import { timelineDrawing, timelineOf } from "../draw/timeline.ts";
import { counted } from "../lower/describe-plan.ts";
import type { PlannedStage } from "../lower/make-plan.ts";
import type { ClipPlan } from "../lower/plan.ts";
import type { Known } from "./known.ts";
import { durationText } from "./plan-text.ts";
import { resolvedStage } from "./resolved-stage.ts";
import { type Place, placeOf } from "./stage-explanation.ts";

/** A stage's model drawn, with what each part costs and what each term of the loss is. */
export function drawnStage(planned: PlannedStage, { trace, nameOf }: Known): Drawing {
  const { checked } = planned;
  const { model } = checked.built;
  const paths = new Paths(trace.of(model.g), model.encoders);
  const flops = new Map<string, number>();
  for (const [path, count] of forwardFlops(checked).byPath)
    for (const step of path === "" ? [] : paths.stepsOf(path)) flops.set(step, (flops.get(step) ?? 0) + count);
  const terms = resolvedStage(checked).entries.find(({ key }) => key === "loss")?.entries ?? [];
  return modelDrawing(planned, {
    trace,
    nameOf,
    detailsOf(path) {
      const count = flops.get(path) ?? 0;
      return count === 0 ? [] : [["per frame", `${counted(count)}FLOPs`]];
    },
    termText: (term) => terms.find(({ key }) => key === term)?.value,
  });
}

/** A spec's stages drawn, with how each trains and where it is declared; what a frame costs takes a while to count, and is told on demand. */
export function drawnTimeline({ session, planned, stages }: Known, title: string, withCosts = false): Drawing {
  const declared = new Map(
    (session.main?.node.declarations ?? []).flatMap((each): readonly (readonly [string, Place])[] =>
      "name" in each ? [[each.name.text, placeOf(each.name.span)]] : [],
    ),
  );
  const told = new Map<string, Pick<Box, "details" | "place">>(
    stages.map((stage) => {
      const { label } = stage.plan;
      const place = declared.get(label) ?? placeOf(stage.checked.stage.declaration.name.span);
      return [`stage ${label}`, { details: detailsOf(stage, withCosts), place }];
    }),
  );
  const tell = (box: Box): Box => ({ ...box, place: declared.get(box.title), ...told.get(box.id) });
  const drawing = timelineDrawing(timelineOf(planned, title));
  return { ...drawing, groups: drawing.groups.map(tell), boxes: drawing.boxes.map(tell) };
}

function batchText(batch: number, clip: ClipPlan | undefined): string {
  if (clip === undefined) return `${batch} frames`;
  return clip.whole === true ? `${batch} whole videos` : `${batch} clips of ${clip.length} ${clip.by}`;
}

function detailsOf({ plan, checked }: PlannedStage, withCosts: boolean): Box["details"] {
  const { call, label, tasks, data, batch, clip, duration, optimiser } = plan;
  const details: Box["details"] = [
    ["is", call === label ? "" : call],
    ["tasks", tasks.map(({ name }) => name).join(", ")],
    ["data", data.name],
    ["batch", batchText(batch, clip)],
    ["trains", durationText(duration)],
    ["optimiser", optimiser.name],
    ["per frame", withCosts ? `${counted(forwardFlops(checked).total)}FLOPs` : ""],
  ];
  return details.filter(([, value]) => value !== "");
}
