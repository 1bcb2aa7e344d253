import type { Span } from "../diagnostics/source.ts";
import type { Augmentation, HidePlan, MixPlan } from "../lower/plan.ts";
import { canonical } from "./canonical.ts";
import { completed } from "./completed.ts";
import type { Env } from "./env.ts";
import type { ModelBuild } from "./model-build.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import { numberIn } from "./schedules.ts";
import type { Session } from "./session.ts";
import { type CallThing, placeIn, type Thing } from "./things.ts";

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
  if (item.name !== "hide") within("share", 1, 1);
  const per = item.args.get("per");
  const perClip = per?.kind === "label" && per.name === "clip";
  switch (item.name) {
    case "same":
      return [];
    case "flip":
      return perClip ? later("one draw for a clip") : [{ kind: "flip", probability: within("probability", 0.5, 1) }];
    case "rotate": {
      const degrees = within("degrees", 0, 180);
      return perClip || numberIn(item, "share", 1) !== 1
        ? later("a rotation of a share, or of a clip,")
        : [{ kind: "rotate", degrees }];
    }
    case "jitter": {
      const amount = within("amount", 0, 1);
      for (const name of ["contrast", "saturation"]) within(name, 0, 1);
      within("hue", 0, 0.5);
      const usual = { contrast: amount, saturation: amount, hue: 0, share: 1 };
      const more = Object.entries(usual).some(([name, value]) => numberIn(item, name, value) !== value);
      return more || perClip
        ? later("jitter of contrast, saturation or hue each, or of a share,")
        : [{ kind: "jitter", amount }];
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
      return perClip ? later("one draw for a clip") : [{ kind: "crop", area }];
    }
    case "affine": {
      within("rotate", 0, 180);
      within("shift", 0, 1);
      const [low, high] = rangeIn(item, "scale", [1, 1]);
      if (low <= 0 || low > high)
        reporter.report("out-of-range", placeIn(item, "scale"), {
          what: "`scale`",
          expected: "a range above 0, such as 0.9 .. 1.1",
          actual: `${low} .. ${high}`,
        });
      return later("`affine`");
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
      within("probability", 0.5, 1);
      return later("`erase`");
    case "noise": {
      const deviation = item.args.get("deviation");
      if (deviation?.kind === "number" && deviation.value <= 0)
        reporter.report("out-of-range", placeIn(item, "deviation"), {
          what: "`deviation`",
          expected: "above 0",
          actual: deviation.value,
        });
      return later("`noise`");
    }
    default:
      return later(`\`${item.name}\``);
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
