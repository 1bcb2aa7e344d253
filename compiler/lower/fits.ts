import { judgedRows, trainedRows, withoutPart } from "../check/data-parts.ts";
import { dataPlan } from "../check/data-plan.ts";
import { Refusal, type Reporter } from "../check/reporter.ts";
import { numberIn } from "../check/schedules.ts";
import { type DataThing, placeIn, type Thing } from "../check/things.ts";
import type { Fit } from "./plan.ts";
import type { StreamPlace } from "./streams.ts";

/** `fit(0.1 .. 0.9, each: label, on: d.val)` (language rule 69). */
export function checkFit(thing: Thing, place: StreamPlace, ranged: boolean): Fit {
  const { data, env } = place;
  const reporter: Reporter = env.session.reporter;
  if (thing.kind !== "call") throw new Refusal();
  const range = thing.args.get("range");
  const on = thing.args.get("on");
  if (on?.kind !== "data" || on.part.of === undefined)
    return reporter.refuse("unfitted-split", thing.span, {}, { help: `such as on: ${withoutPart(data).label}.val` });
  const part = on.part.of;
  if (part === "test") {
    return reporter.refuse("wrong-type", thing.span, {
      what: "what a number is fitted on",
      expected: "rows with labels",
      actual: `${on.label}, which has none`,
    });
  }
  const [from, to] = range?.kind === "range" ? [range.from ?? 0, range.to ?? 1] : [0, 1];
  const by = numberIn(thing, "by", 0.05);
  if (ranged && range === undefined)
    reporter.refuse("missing-argument", thing.span, {
      callee: "`fit`",
      name: "range",
      expected: "a range, such as 0.1 .. 0.9",
    });
  if (from >= to || by <= 0 || by > to - from)
    reporter.refuse("out-of-range", placeIn(thing, by <= 0 || by > to - from ? "by" : "range"), {
      what: "the range of `fit`",
      expected: "rising, in steps that fit into it",
      actual: `${from} .. ${to} by ${by}`,
    });
  const folds = numberIn(thing, "cross", 5);
  const isHere = checkRows(on, folds, thing.span, place);
  const each = thing.args.get("each");
  return {
    from,
    to,
    by,
    each: each?.kind === "label" && each.name === "label" ? "label" : "all",
    on: part === "val" ? "val" : "train",
    folds,
    ...(isHere ? {} : { data: dataPlan(env.session, part === "all" ? on : withoutPart(on)) }),
  };
}

/**
 * Refuses rows that are judged too, unless they are just those that are judged and each is by numbers of other videos. Whether they are a
 * part of what the stream runs over: inside `folded`, of the member's own fold.
 */
function checkRows(
  on: DataThing,
  folds: number,
  span: StreamPlace["span"],
  { data, env, folded }: StreamPlace,
): boolean {
  const reporter: Reporter = env.session.reporter;
  const own = on.annotations === data.annotations;
  if (!own) reporter.report("not-yet", span, { what: `fitting on ${on.label}, rows of other data` });
  const isHere = own && on.part.fold === (folded ?? data.part.fold) && on.part.of !== "all";
  const judged = judgedRows(data);
  if (!own || judged === undefined || !trainedRows(on).covers(judged)) return isHere;
  if (isHere && on.part.of === "val" && folds >= 2) return isHere;
  reporter.refuse(
    "fitted-where-judged",
    span,
    { rows: on.label },
    {
      help:
        isHere && folds < 2
          ? "leave `cross` out (5 video folds), or fit on other rows"
          : "some of them are judged: fit on the rows that are, which is cross-fitted, or on others",
    },
  );
}
