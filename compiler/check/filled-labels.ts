import type { Span } from "../diagnostics/source.ts";
import { checkpointMeant } from "./checkpoints.ts";
import type { ModelData } from "./model-data.ts";
import { partsOf } from "./model-data.ts";
import type { Session } from "./session.ts";
import { type CallThing, type DataThing, placeIn, type StageThing } from "./things.ts";

/** What a stage's head fills in where labels of its task are missing (language rule 43). */
export interface FilledLabels {
  readonly task: string;
  readonly stage: StageThing;
  /** Which of its checkpoints, where it has one for each name. */
  readonly checkpoint: string | undefined;
  /** From this confidence on; without it, everything is filled. */
  readonly above: number | undefined;
  readonly span: Span;
}

/** `labels.expr: fill(net.expr, above: 0.9)` of all data that a stage is trained on. */
export function filledLabels(session: Session, data: ModelData): readonly FilledLabels[] {
  return partsOf(data).flatMap((part) =>
    fillsOf(part).flatMap(([task, fill]): FilledLabels[] => {
      const stage = fillingStage(fill);
      const [stream, above] = ["stream", "above"].map((name) => fill.args.get(name));
      // A head of another task has been told of.
      if (stage === undefined || (stream?.kind === "member" && stream.name !== task)) return [];
      return [
        {
          task,
          stage,
          checkpoint: checkpointMeant(stage, task, session),
          above: above?.kind === "number" ? above.value : undefined,
          span: placeIn(fill, "stream"),
        },
      ];
    }),
  );
}

/** The stage whose head fills labels; undefined of what is no stage's head. */
export function fillingStage(fill: CallThing): StageThing | undefined {
  const stream = fill.args.get("stream");
  if (stream?.kind === "member" && stream.choice === undefined) return stream.stage;
  return stream?.kind === "stage" ? stream : undefined;
}

function fillsOf(data: DataThing): readonly (readonly [task: string, fill: CallThing])[] {
  const labels = data.entries.get("labels");
  if (labels?.kind !== "map") return [];
  return [...labels.entries].flatMap(([task, thing]) =>
    thing.kind === "call" && thing.name === "fill" ? [[task, thing] as const] : [],
  );
}
