import { isCountable } from "../ir/dim.ts";
import type { FieldPlan } from "../lower/plan-data.ts";
import type { Reporter } from "./reporter.ts";
import { numberIn } from "./schedules.ts";
import { type CallThing, type DataThing, placeIn } from "./things.ts";

/** A field as data hold it (language rule 38): its axes per frame (or per video), and what it is when a frame lacks it. */
export interface Field {
  readonly plan: FieldPlan;
  /** Sizes per frame: [c: 3, h, w] of an image, the declared ones of features. */
  readonly axes: readonly { readonly name: string; readonly size: number }[];
  readonly per: "frame" | "video";
  /** Whether `<field>.present` says which frames have it. */
  readonly canBeMissing: boolean;
  readonly call: CallThing;
}

/** The fields of a data set by name; those with a mistake are left out. */
export function fieldsOf(data: DataThing, reporter: Reporter): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  const given = data.entries.get("fields");
  if (given?.kind !== "map") return fields;
  const use = data.places.get("") ?? data.declaration.span;
  return reporter.within(use, `in this use of \`${data.declaration.name.text}\``, () => {
    for (const [name, thing] of given.entries) {
      if (thing.kind !== "call" || thing.family !== "field") continue;
      const field = thing.name === "images" ? imageField(thing, reporter) : featureField(thing, reporter);
      if (field !== undefined) fields.set(name, field);
    }
    return fields;
  });
}

/** No camera has more pixels in a row. */
const largestImage = 16_384;

function imageField(call: CallThing, reporter: Reporter): Field | undefined {
  const size = numberIn(call, "size", 112);
  if (size < 1 || size > largestImage) {
    const expected = size < 1 ? "at least 1" : `at most ${largestImage}`;
    reporter.report("out-of-range", placeIn(call, "size"), { what: "the size of images", expected, actual: size });
    return undefined;
  }
  const folder = call.args.get("folder");
  const axes = [
    { name: "c", size: 3 },
    { name: "h", size },
    { name: "w", size },
  ];
  return {
    plan: { kind: "images", folder: folder?.kind === "string" ? folder.value : ".", size },
    axes,
    per: "frame",
    canBeMissing: false,
    call,
  };
}

/** Axis names of stored features by rank: the last is `d`, tokens before it `n`. */
const featureAxes = ["d", "n", "m", "l"] as const;

function featureField(call: CallThing, reporter: Reporter): Field | undefined {
  const dims = call.args.get("dims");
  const sizes = dims?.kind === "list" ? dims.items.flatMap((item) => (item.kind === "number" ? [item.value] : [])) : [];
  if (
    sizes.length === 0 ||
    sizes.length > featureAxes.length ||
    sizes.some((size) => size < 1) ||
    !isCountable(sizes)
  ) {
    reporter.report("out-of-range", placeIn(call, "dims"), {
      what: "`dims` of features",
      expected: `1 to ${featureAxes.length} sizes of at least 1, and at most 2^53 numbers in all`,
      actual: `[${sizes.join(", ")}]`,
    });
    return undefined;
  }
  const text = (name: string): string | undefined => {
    const thing = call.args.get(name);
    return thing?.kind === "string" ? thing.value : thing?.kind === "label" ? thing.name : undefined;
  };
  const missing = text("missing") ?? "error";
  const per = text("per") === "video" ? "video" : "frame";
  return {
    plan: {
      kind: "features",
      file: text("file") ?? "",
      dims: sizes,
      layout: text("layout") ?? "",
      missing: missing === "zero" || missing === "nearest" || missing === "mask" ? missing : "error",
      per,
    },
    axes: sizes.map((size, i) => ({ name: featureAxes[sizes.length - 1 - i] ?? "d", size })),
    per,
    canBeMissing: missing === "mask",
    call,
  };
}
