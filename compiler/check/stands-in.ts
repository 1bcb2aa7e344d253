import { type Anchor, AnchoredSpan, type Span } from "../diagnostics/source.ts";
import type { Arguments, Change, StageThing, Thing } from "./things.ts";

/** Adds the declarations that a thing was written in, which what is said of it can point to. */
export function addAnchors(thing: Thing, into: Set<Anchor>): void {
  switch (thing.kind) {
    case "list":
    case "tuple":
      for (const item of thing.items) addAnchors(item, into);
      break;
    case "map":
      addSpans(thing.places.values(), into);
      for (const each of thing.entries.values()) addAnchors(each, into);
      break;
    case "shape":
      addSpans(
        thing.axes.map(({ span }) => span),
        into,
      );
      break;
    case "call":
      addSpans([thing.span], into);
      for (const each of thing.args.values()) addAnchors(each, into);
      if (thing.declared !== undefined) addArguments(thing.declared.args, into);
      break;
    case "combined":
      addSpans([thing.span], into);
      addAnchors(thing.left, into);
      addAnchors(thing.right, into);
      break;
    case "member":
      addSpans([thing.span], into);
      break;
    case "recipe":
      addSpans([thing.span], into);
      addArguments(thing.args, into);
      break;
    case "layer":
      if (thing.of.kind === "recipe") addAnchors(thing.of, into);
      break;
    case "data":
      addSpans(thing.places.values(), into);
      addChanges(thing.changes, into);
      for (const each of thing.entries.values()) addAnchors(each, into);
      break;
    case "blend":
      for (const { data, share, span } of thing.parts) {
        addSpans([span], into);
        addAnchors(data, into);
        addAnchors(share, into);
      }
      break;
    case "chosen":
      addAnchors(thing.metric, into);
      break;
    default:
  }
}

/** Where a stage's arguments and overrides were written. */
export function anchorsOf({ bound, changes }: Pick<StageThing, "bound" | "changes">): ReadonlySet<Anchor> {
  const anchors = new Set<Anchor>();
  for (const thing of bound.values()) addAnchors(thing, anchors);
  addChanges(changes, anchors);
  return anchors;
}

function addArguments({ positional, named }: Arguments, into: Set<Anchor>): void {
  for (const { thing, span } of [...positional, ...named.values()]) {
    addSpans([span], into);
    if (thing !== undefined) addAnchors(thing, into);
  }
}

function addChanges(changes: readonly Change[], into: Set<Anchor>): void {
  addSpans(
    changes.flatMap(({ span, expr }) => [span, expr.span]),
    into,
  );
}

function addSpans(spans: Iterable<Span>, into: Set<Anchor>): void {
  for (const span of spans) if (span instanceof AnchoredSpan) into.add(span.anchor);
}
