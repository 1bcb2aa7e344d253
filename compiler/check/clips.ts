import { InternalError } from "../ir/invariant.ts";
import type { ClipPlan } from "../lower/plan.ts";
import { canonical } from "./canonical.ts";
import type { Env } from "./env.ts";
import { evaluateAs } from "./evaluate.ts";
import { mainData } from "./model-data.ts";
import { attempt, type Reporter } from "./reporter.ts";
import { type CallThing, placeIn, poison, type StageThing, type Thing } from "./things.ts";
import { data as dataType } from "./type.ts";

/** A clip of nine hours. */
const longest = 1_000_000;

const wholeVideo: ClipPlan = { length: 1, hop: 1, by: "rows", pad: "mask", gap: undefined, whole: true };

/** `clip(20, hop: 15, ..)`, `whole_video()` or none (language rule 49). */
export function clipOf(thing: Thing | undefined, stage: StageThing, scope: Env): ClipPlan | undefined {
  if (thing === undefined || thing.kind === "none") return undefined;
  const reporter: Reporter = scope.session.reporter;
  if (thing.kind !== "call") throw new InternalError("a clip that is no call");
  if (thing.name === "whole_video") return wholeVideo;
  const fps = framesPerSecond(stage, scope);
  const numberOf = (name: string): number | undefined => {
    const value = thing.args.get(name);
    return value?.kind === "number" ? value.value : undefined;
  };
  const labelOf = (name: string): string | undefined => {
    const value = thing.args.get(name);
    return value?.kind === "label" ? value.name : undefined;
  };
  const length = numberOf("length") ?? 1;
  const hop = numberOf("hop") ?? length;
  if (length < 1 || length > longest) {
    const expected = length < 1 ? "at least 1" : `at most ${longest}`;
    reporter.refuse("out-of-range", placeIn(thing, "length"), { what: "a clip's length", expected, actual: length });
  }
  // No shape depends on what follows: with it wrong, the model is looked at all the same.
  if (hop < 1)
    reporter.report("out-of-range", placeIn(thing, "hop"), {
      what: "a clip's hop",
      expected: "at least 1",
      actual: hop,
    });
  if (hop > length)
    reporter.report(
      "hop-over-length",
      placeIn(thing, "hop"),
      { hop, length },
      { related: [{ span: stage.span, text: `in ${stage.label}` }] },
    );
  const pad = labelOf("pad");
  return {
    length,
    hop,
    by: labelOf("by") === "frames" ? "frames" : "rows",
    pad: pad === "zero" || pad === "mask" ? pad : "repeat",
    gap: gapOf(thing, fps, reporter),
  };
}

/** How many frames a clip has, in words. */
export function framesOf(clip: ClipPlan): number | string {
  return clip.whole === true ? "as many as the video" : clip.length;
}

/** The distance between frames at which a clip is cut; seconds are counted in frames (language rule 11). */
function gapOf(clip: CallThing, fps: Thing | undefined, reporter: Reporter): number | undefined {
  const gap = clip.args.get("gap");
  if (gap?.kind !== "quantity") return undefined;
  const span = placeIn(clip, "gap");
  if (gap.unit === "rows" || gap.value < 1) {
    reporter.report("out-of-range", span, {
      what: "a clip's gap",
      expected: gap.unit === "rows" ? "in frames or seconds, since rows have none" : "at least 1 frame",
      actual: canonical(gap),
    });
    return undefined;
  }
  if (gap.unit === "frames") return gap.value;
  if (fps?.kind === "number") return gap.value * fps.value;
  reporter.report(
    "missing-key",
    span,
    { where: "data, of which a span is in seconds,", key: "fps" },
    { help: "such as fps: 30" },
  );
  return undefined;
}

/** `fps` of the data that a stage is trained on, as far as they are known. */
function framesPerSecond({ declaration }: StageThing, scope: Env): Thing | undefined {
  const data = attempt<Thing>(
    () => evaluateAs(declaration.data, scope, dataType, "what a stage is trained on"),
    () => poison,
  );
  if (data.kind !== "data" && data.kind !== "blend") return undefined;
  return mainData(data).entries.get("fps");
}
