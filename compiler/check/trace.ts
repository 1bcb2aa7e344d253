import type { Span } from "../diagnostics/source.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Value } from "../ir/graph.ts";
import type { Again, Observe } from "./session.ts";
import { carriedMark } from "./signature.ts";
import type { Thing } from "./things.ts";

/** A name in the body of a model or module, or what the body returns. */
export interface Definition {
  readonly thing: Thing;
  /** Its expression. */
  readonly span: Span;
}

/** What was seen in the bodies that made one graph. */
export interface Seen {
  /** By path, such as `face.trunk.blocks`. */
  readonly definitions: ReadonlyMap<string, Definition>;
  /** What modules return, by the path of the module. */
  readonly results: ReadonlyMap<string, Definition>;
  /** The names of a value's axes where it was made; those that a module carries along have their caller's name. */
  readonly axes: ReadonlyMap<Value, readonly string[]>;
}

interface Notes extends Seen {
  readonly definitions: Map<string, Definition>;
  readonly results: Map<string, Definition>;
  readonly axes: Map<Value, readonly string[]>;
}

const nothing: Seen = { definitions: new Map(), results: new Map(), axes: new Map() };

/** Remembers what names and values of models are: give its `observe` and `again` to `analyse`, and ask afterwards. */
export class Trace {
  readonly #graphs = new Map<GraphBuilder, Notes>();

  readonly observe: Observe = (expr, thing, { body }) => {
    if (body === undefined || body.loss || thing.kind === "poison") return;
    const notes = this.#notesOf(body.build.g);
    if (thing.kind === "tensor" && !notes.axes.has(thing.wire)) {
      notes.axes.set(
        thing.wire,
        thing.axes.map((name) => name.replaceAll(carriedMark, "")),
      );
    }
    const { path, definition } = body;
    const place = definition === "" ? notes.results : notes.definitions;
    const name = definition === "" || path === "" ? `${path}${definition}` : `${path}.${definition}`;
    const known = place.get(name);
    // The whole is told after its parts, but arguments of layers are looked at when the layer is applied.
    if (known === undefined || !isPart(expr.span, known.span)) place.set(name, { thing, span: expr.span });
  };

  readonly again: Again = ({ graph, path: before }, { g }, path, values) => {
    const from = this.#graphs.get(graph);
    if (from === undefined) return;
    const to = this.#notesOf(g);
    for (const [old, value] of values) {
      const axes = from.axes.get(old);
      if (axes !== undefined && !to.axes.has(value)) to.axes.set(value, axes);
    }
    const moved = (name: string) => `${path}${name.slice(before.length)}`;
    for (const [name, definition] of [...from.definitions])
      if (name.startsWith(`${before}.`)) to.definitions.set(moved(name), definition);
    for (const [name, definition] of [...from.results])
      if (name === before || name.startsWith(`${before}.`)) to.results.set(moved(name), definition);
  };

  #notesOf(g: GraphBuilder): Notes {
    const known = this.#graphs.get(g);
    if (known !== undefined) return known;
    const notes: Notes = { definitions: new Map(), results: new Map(), axes: new Map() };
    this.#graphs.set(g, notes);
    return notes;
  }

  /** What was seen of the model with this graph. */
  of(g: GraphBuilder): Seen {
    return this.#graphs.get(g) ?? nothing;
  }
}

function isPart(span: Span, of: Span): boolean {
  return (
    span.source === of.source &&
    span.start >= of.start &&
    span.end <= of.end &&
    span.end - span.start < of.end - of.start
  );
}
