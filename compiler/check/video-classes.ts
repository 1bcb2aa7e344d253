import { drawnName, drawnPart } from "../library/drawn-videos.ts";
import type { TaskMeaning } from "../library/task.ts";
import type { FormatPlan } from "../lower/plan-data.ts";
import { canonical } from "./canonical.ts";
import { dataPlan } from "./data-plan.ts";
import { lookAt } from "./look-at.ts";
import { type ModelData, mainData, partsOf } from "./model-data.ts";
import type { Session } from "./session.ts";
import type { CallThing, DataThing, TaskThing, Thing } from "./things.ts";

/** Fewer videos than these are no classes. */
const leastVideos = 2;

/** What a task means where some data label it: classes of videos are the training videos of these (language rule 35). */
export function meaningIn(session: Session, { name, meaning }: TaskThing, data: ModelData): TaskMeaning {
  if (!isByVideo(meaning)) return meaning;
  return dataPlan(session, mainData(data)).tasks.find((each) => each.name === name)?.meaning ?? meaning;
}

export function isByVideo(meaning: TaskMeaning): boolean {
  return meaning.kind === "classes" && meaning.byVideo === true;
}

/** `column(video)`: a row's label is the video that it is of. */
export function isOfVideos(labels: Thing): boolean {
  const name = labels.kind === "call" && labels.name === "column" ? labels.args.get("name") : undefined;
  return name?.kind === "label" && name.name === "video";
}

/** What decides which classes videos are in some data, as text; nothing where no label is of videos. */
export function videosKey(data: ModelData): string {
  const texts = partsOf(data).flatMap(({ entries }) => {
    const labels = entries.get("labels");
    if (labels?.kind !== "map" || ![...labels.entries.values()].some(isOfVideos)) return [];
    return ["root", "format", "train"].map((key) => canonical(entries.get(key) ?? { kind: "none" }));
  });
  return texts.join("\n");
}

/** The videos of the file for training, whatever part of the data is meant; undefined where they cannot be known from here. */
export function trainingVideos(
  session: Session,
  data: DataThing,
  format: FormatPlan,
  labels: CallThing,
): readonly string[] | undefined {
  const { reporter } = session;
  if (format.kind === "synthetic") {
    const all = Array.from({ length: format.videos }, (_, video) => video);
    return enough(all.filter((video) => drawnPart(video) === "train").map(drawnName), labels, session);
  }
  const root = data.entries.get("root");
  if (format.kind !== "s_aff_wild2") {
    reporter.report("not-yet", labels.span, { what: `classes of the videos of the format \`${format.kind}\`` });
    return undefined;
  }
  const file = format.parts.train;
  if (file === undefined || root?.kind !== "string") return undefined;
  const span = data.places.get("train") ?? labels.span;
  const header = lookAt(session, { file, format: "annotations", root: root.value, span });
  return header?.kind === "videos" ? enough(header.names, labels, session) : undefined;
}

function enough(names: readonly string[], labels: CallThing, { reporter }: Session): readonly string[] {
  if (names.length >= leastVideos) return names;
  return reporter.refuse("out-of-range", labels.span, {
    what: "the number of training videos",
    expected: `at least ${leastVideos}, as they are classes`,
    actual: names.length,
  });
}
