import { InternalError } from "../ir/invariant.ts";
import type { ClipPlan } from "../lower/plan.ts";
import type { Env } from "./env.ts";
import type { Reporter } from "./reporter.ts";
import type { StageThing, Thing } from "./things.ts";

/** A clip of nine hours. */
const longest = 1_000_000;

/** `clip(20, hop: 15, ..)`, `whole_video()` or none (language rule 49). */
export function clipOf(thing: Thing | undefined, stage: StageThing, scope: Env): ClipPlan | undefined {
  if (thing === undefined || thing.kind === "none") return undefined;
  const reporter: Reporter = scope.session.reporter;
  if (thing.kind !== "call") throw new InternalError("a clip that is no call");
  if (thing.name === "whole_video") {
    reporter.report("not-yet", thing.span, { what: "`whole_video`" });
    return { length: 1, hop: 1, by: "rows", pad: "mask", gap: undefined, whole: true };
  }
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
  if (length < 1 || hop < 1 || length > longest) {
    reporter.refuse("out-of-range", thing.span, {
      what: "a clip's length and hop",
      expected: length > longest ? `at most ${longest}` : "at least 1",
      actual: length > longest ? length : Math.min(length, hop),
    });
  }
  if (hop > length)
    reporter.refuse(
      "hop-over-length",
      thing.span,
      { hop, length },
      { related: [{ span: stage.span, text: `in ${stage.label}` }] },
    );
  const gap = thing.args.get("gap");
  if (gap?.kind === "quantity" && gap.unit === "seconds")
    reporter.report("not-yet", thing.span, { what: "a gap in seconds" });
  const pad = labelOf("pad");
  return {
    length,
    hop,
    by: labelOf("by") === "frames" ? "frames" : "rows",
    pad: pad === "zero" || pad === "mask" ? pad : "repeat",
    gap: gap?.kind === "quantity" ? gap.value : undefined,
  };
}
