import type { Span } from "../diagnostics/source.ts";
import { followsScores } from "../lower/follows-scores.ts";
import type { HidePlan, MixPlan, Schedule } from "../lower/plan.ts";
import type { Augmentation, Drawn } from "../lower/plan-augment.ts";
import { canonical } from "./canonical.ts";
import { completed } from "./completed.ts";
import type { Env } from "./env.ts";
import type { ModelBuild } from "./model-build.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import { numberIn, scheduleOf } from "./schedules.ts";
import type { Session } from "./session.ts";
import { type CallThing, number, placeIn, type Thing } from "./things.ts";

/** The augmentations of `augment:`, a view or `tta:`, with their ranges checked; those of a later version are named and left out. */
export function augmentationsOf(thing: Thing, fields: readonly string[], scope: Env): readonly Augmentation[] {
  if (thing.kind !== "list") return [];
  return thing.items.flatMap((item): readonly Augmentation[] =>
    item.kind === "call" ? augmentation(item, fields, scope) : [],
  );
}

function augmentation(item: CallThing, fields: readonly string[], scope: Env): readonly Augmentation[] {
  const reporter: Reporter = scope.session.reporter;
  const within = (name: string, otherwise: number, most: number): number => {
    const value = numberIn(item, name, otherwise);
    if (value < 0 || value > most)
      reporter.report("out-of-range", placeIn(item, name), {
        what: `\`${name}\``,
        expected: `from 0 to ${most}`,
        actual: value,
      });
    return value;
  };
  const later = (what: string): readonly Augmentation[] => {
    reporter.report("not-yet", item.span, { what });
    return [];
  };
  const drawn = drawnAs(item, item.name === "hide" ? 1 : within("share", 1, 1));
  switch (item.name) {
    case "same":
      return [];
    case "flip":
      return [{ kind: "flip", probability: within("probability", 0.5, 1), ...drawn }];
    case "rotate":
      return [{ kind: "rotate", degrees: within("degrees", 0, 180), ...drawn }];
    case "jitter": {
      const amount = within("amount", 0, 1);
      const [contrast, saturation] = [within("contrast", amount, 1), within("saturation", amount, 1)];
      const hue = within("hue", 0, 0.5);
      return [
        {
          kind: "jitter",
          amount,
          ...(contrast === amount ? {} : { contrast }),
          ...(saturation === amount ? {} : { saturation }),
          ...(hue === 0 ? {} : { hue }),
          ...drawn,
        },
      ];
    }
    case "crop": {
      const area = rangeIn(item, "area", [1, 1]);
      const rises = area[0] <= area[1];
      if (area[0] <= 0 || area[1] > 1 || !rises)
        reporter.report("out-of-range", placeIn(item, "area"), {
          what: "the area of a crop",
          expected: rises ? "within 0 and 1, such as 0.8 .. 1.0" : "a range that rises, such as 0.8 .. 1.0",
          actual: `${area[0]} .. ${area[1]}`,
        });
      return [{ kind: "crop", area, ...drawn }];
    }
    case "affine": {
      const [rotate, shift] = [within("rotate", 0, 180), within("shift", 0, 1)];
      const scale = rangeIn(item, "scale", [1, 1]);
      if (scale[0] <= 0 || scale[0] > scale[1])
        reporter.report("out-of-range", placeIn(item, "scale"), {
          what: "`scale`",
          expected: "a range above 0, such as 0.9 .. 1.1",
          actual: `${scale[0]} .. ${scale[1]}`,
        });
      if (rotate === 0 && shift === 0 && scale.every((each) => each === 1))
        reporter.report(
          "changes-nothing",
          item.span,
          { path: "affine" },
          { help: "such as affine(rotate: 10, shift: 0.1, scale: 0.9 .. 1.1)" },
        );
      return [{ kind: "affine", rotate, shift, scale, ...drawn }];
    }
    case "hide": {
      const given = item.args.get("fields");
      const list = given?.kind === "list" ? given : undefined;
      for (const [i, field] of list?.items.entries() ?? []) {
        if (field.kind !== "label" || fields.includes(field.name)) continue;
        const help =
          suggestion(field.name, fields) ??
          `the model reads ${fields.map((name) => `\`${name}\``).join(", ") || "none"}`;
        const span = list?.places?.[i] ?? item.span;
        reporter.report("field-not-in-data", span, { data: "the model", field: field.name }, { help });
      }
      within("share", 0, 1);
      return [];
    }
    case "erase":
      return [{ kind: "erase", probability: within("probability", 0.5, 1), ...drawn }];
    case "noise":
      return [{ kind: "noise", deviation: deviationOf(item, reporter), ...drawn }];
    default:
      return later(`\`${item.name}\``);
  }
}

/** Without clips every frame is drawn by itself. */
export function checkPerClip(thing: Thing | undefined, { reporter }: Session): void {
  for (const item of thing?.kind === "list" ? thing.items : []) {
    const per = item.kind === "call" ? item.args.get("per") : undefined;
    if (item.kind === "call" && per?.kind === "label" && per.name === "clip")
      reporter.report(
        "changes-nothing",
        placeIn(item, "per"),
        { path: "per" },
        { help: "the stage has no clip, so each frame is drawn by itself" },
      );
  }
}

/** Only what differs from one draw for each frame, always: a plan says nothing else. */
function drawnAs(item: CallThing, share: number): Drawn {
  const per = item.args.get("per");
  return {
    ...(share === 1 ? {} : { share }),
    ...(per?.kind === "label" && per.name === "clip" ? { per: "clip" } : {}),
  };
}

/** How strong noise is: a number above 0, or a schedule none of whose numbers is below. */
function deviationOf(item: CallThing, reporter: Reporter): Schedule {
  const given = item.args.get("deviation");
  const span = placeIn(item, "deviation");
  const schedule = scheduleOf(given ?? number(0), reporter);
  if (followsScores(schedule))
    reporter.report("wrong-type", span, {
      what: "`deviation`",
      expected: "a number, or a schedule that is known beforehand",
      actual: "plateau(..), which follows scores",
    });
  const [least, most] = extremesOf(schedule);
  const actual = least === most ? least : `${least} .. ${most}`;
  if (least < 0 || most > 1 || most <= 0)
    reporter.report("out-of-range", span, { what: "`deviation`", expected: "above 0 and at most 1", actual });
  return schedule;
}

/** Numbers that a schedule stays within. */
function extremesOf(schedule: Schedule): readonly [number, number] {
  switch (schedule.kind) {
    case "constant":
      return [schedule.warmup === undefined ? schedule.value : Math.min(0, schedule.value), schedule.value];
    case "cosine":
      return [Math.min(schedule.floor, schedule.peak), Math.max(schedule.floor, schedule.peak)];
    case "plateau":
      return [0, schedule.peak];
    case "step":
      return schedule.factor <= 1 ? [Math.min(0, schedule.peak), schedule.peak] : [schedule.peak, Number.MAX_VALUE];
    case "ramp":
      return [Math.min(schedule.start, schedule.end), Math.max(schedule.start, schedule.end)];
    case "piecewise":
      return [Math.min(...schedule.values), Math.max(...schedule.values)];
    case "scaled": {
      const [a, b] = extremesOf(schedule.schedule).map((each) => each * schedule.factor);
      return [Math.min(a ?? 0, b ?? 0), Math.max(a ?? 0, b ?? 0)];
    }
    case "sum": {
      const [left, right] = [extremesOf(schedule.left), extremesOf(schedule.right)];
      return [left[0] + right[0], left[1] + right[1]];
    }
  }
}

/** What `hide(..)` of an `augment:` hides; its names are looked at by `augmentationsOf`. */
export function hidesOf(thing: Thing | undefined): readonly HidePlan[] {
  if (thing?.kind !== "list") return [];
  return thing.items.flatMap((item): readonly HidePlan[] => {
    if (item.kind !== "call" || item.name !== "hide") return [];
    const fields = item.args.get("fields");
    const names =
      fields?.kind === "list" ? fields.items.flatMap((each) => (each.kind === "label" ? [each.name] : [])) : [];
    const per = item.args.get("per");
    const clip = per?.kind === "label" && per.name === "clip";
    return [{ fields: names, share: numberIn(item, "share", 0), per: clip ? "clip" : "frame" }];
  });
}

/** `tta: [same(), flip()]`: each is a version of every frame (language rule 50). What this version lacks goes into `later`. */
export function versionsOf(
  thing: Thing,
  model: ModelBuild,
  span: Span,
  scope: Env,
  later: string[],
): readonly (readonly Augmentation[])[] {
  const reporter: Reporter = scope.session.reporter;
  if (thing.kind !== "list" || thing.items.length === 0) return [];
  if (![...model.fields.values()].some(({ wire }) => wire.source.kind === "node")) {
    const help = "the model reads no picture, which alone has versions";
    reporter.report("changes-nothing", span, { path: "evaluate.tta" }, { help });
    return [];
  }
  return thing.items.flatMap((item): readonly (readonly Augmentation[])[] => {
    if (item.kind !== "call") return [];
    if (item.name === "hide") {
      const expected = "a change of pictures, such as flip()";
      reporter.report("wrong-type", item.span, { what: "a version of `tta`", expected, actual: "hide(..)" });
      return [];
    }
    const changes = augmentation(item, [...model.fields.keys()], scope);
    if (
      changes.some((each) => each.kind === "noise" && (each.deviation.kind !== "constant" || each.deviation.warmup))
    ) {
      const expected = "a number: what is judged is of no step";
      reporter.report("wrong-type", placeIn(item, "deviation"), {
        what: "`deviation`",
        expected,
        actual: "a schedule",
      });
      return [];
    }
    if (changes.length === 0 && item.name !== "same") later.push(`evaluate.tta: ${canonical(completed(item))}`);
    // A version that is flipped is so in every frame.
    return [changes.map((each) => (each.kind === "flip" ? { ...each, probability: 1 } : each))];
  });
}

/** `mix: [mixup(alpha), cutmix(alpha)]` (language rule 56). `pictures` says whether the model reads any. */
export function mixesOf(thing: Thing | undefined, pictures: boolean, { reporter }: Session): readonly MixPlan[] {
  if (thing?.kind !== "list") return [];
  return thing.items.flatMap((item): readonly MixPlan[] => {
    if (item.kind !== "call") return [];
    const alpha = numberIn(item, "alpha", 1);
    if (alpha <= 0)
      reporter.report("out-of-range", placeIn(item, "alpha"), { what: "`alpha`", expected: "above 0", actual: alpha });
    if (item.name === "cutmix" && !pictures)
      reporter.report(
        "wrong-type",
        item.span,
        { what: "what `cutmix` cuts", expected: "pictures", actual: "a model without any" },
        { help: "mixup mixes whatever the model reads" },
      );
    return [{ kind: item.name === "cutmix" ? "cutmix" : "mixup", alpha }];
  });
}

function rangeIn(item: CallThing, name: string, otherwise: readonly [number, number]): readonly [number, number] {
  const range = item.args.get(name);
  return range?.kind === "range" ? [range.from ?? otherwise[0], range.to ?? otherwise[1]] : otherwise;
}
