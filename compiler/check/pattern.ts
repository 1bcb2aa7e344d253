import type { Fix } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Path } from "../syntax/ast.ts";
import type { Env } from "./env.ts";
import { evaluate, taskNamed } from "./evaluate.ts";
import { nearest } from "./nearest.ts";
import { describeThing } from "./type.ts";

/** A pattern over parameter paths: it covers what it names and all below (language rule 15). */
export interface Pattern {
  /** As it was written. */
  readonly text: string;
  /** The same with every variable replaced: equal patterns have equal names. */
  readonly name: string;
  covers(path: string): boolean;
}

interface Step {
  readonly name: string;
  readonly indices: readonly { readonly from: number; readonly to: number }[];
}

/** `paths` are those of the model: by them an index counts from the end, as in `blocks[-1]`. */
export function patternOf(path: Path, env: Env, paths: readonly string[] = []): Pattern {
  const steps = path.segments.map(
    ({ name, indices }): Step => ({
      name: taskNamed(name.text, env) ?? name.text,
      indices: indices.map((index) => {
        const thing = evaluate(index, env);
        if (thing.kind === "number") return { from: thing.value, to: thing.value };
        if (thing.kind === "range") return { from: thing.from ?? 0, to: thing.to ?? Number.POSITIVE_INFINITY };
        return env.session.reporter.refuse("wrong-type", index.span, {
          what: "an index of a pattern",
          expected: "a whole number or a range",
          actual: describeThing(thing),
        });
      }),
    }),
  );
  const { span } = path;
  const counted = fromStart(steps, paths);
  return {
    text: span.source.text.slice(span.start, span.end),
    name: counted.map(stepName).join("."),
    covers: (at) => matches(counted, stepsOf(at)),
  };
}

/** The same with indices that count from the end of a list counted from its start. */
function fromStart(steps: readonly Step[], paths: readonly string[]): readonly Step[] {
  return steps.map((step, i) => {
    if (step.indices.every(({ from, to }) => from >= 0 && to >= 0)) return step;
    const lengths = step.indices.map((_, k) => lengthOf(step.name, k, steps[i - 1], paths));
    const indices = step.indices.map(({ from, to }, k) => {
      const length = lengths[k] ?? 0;
      return { from: from < 0 ? from + length : from, to: to < 0 ? to + length : to };
    });
    return { ...step, indices };
  });
}

/** How many a list of layers has, by the greatest index that any path has there. */
function lengthOf(name: string, k: number, before: Step | undefined, paths: readonly string[]): number {
  let most = -1;
  for (const path of paths) {
    stepsOf(path).forEach((step, i, all) => {
      const follows = before === undefined ? i === 0 : before.name === "**" || all[i - 1]?.name === before.name;
      if (step.name === name && follows) most = Math.max(most, step.indices[k] ?? -1);
    });
  }
  return most + 1;
}

function stepName({ name, indices }: Step): string {
  return name + indices.map(({ from, to }) => `[${from === to ? from : rangeName(from, to)}]`).join("");
}

function rangeName(from: number, to: number): string {
  return Number.isFinite(to) ? `${from} .. ${to}` : `${from} ..`;
}

/** The pattern that a plain path is. */
export function plainPattern(path: string, paths: readonly string[] = []): Pattern {
  const counted = fromStart(stepsIn(path), paths);
  return { text: path, name: counted.map(stepName).join("."), covers: (at) => matches(counted, stepsOf(at)) };
}

/** `blocks[0 .. 5].attn`, `blocks[-1]`. */
function stepsIn(path: string): readonly Step[] {
  return path.split(/\.(?![^[]*\])/).map((part) => {
    const [name = "", ...indices] = part.split("[");
    return {
      name,
      indices: indices.map((index) => {
        const [from = "", to] = index.replace("]", "").split("..");
        const start = Number.parseInt(from, 10);
        const end = to === undefined ? start : Number.parseInt(to, 10);
        return {
          from: Number.isNaN(start) ? 0 : start,
          to: Number.isNaN(end) ? Number.POSITIVE_INFINITY : end,
        };
      }),
    };
  });
}

interface PathStep {
  readonly name: string;
  readonly indices: readonly number[];
}

const parsed = new Map<string, readonly PathStep[]>();
/** So many paths are kept: those of a few large systems. */
const mostParsed = 50_000;

function stepsOf(path: string): readonly PathStep[] {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const steps = path.split(".").map((part) => {
    const [name = "", ...indices] = part.split("[");
    return { name, indices: indices.map((index) => Number.parseInt(index, 10)) };
  });
  if (parsed.size >= mostParsed) parsed.clear();
  parsed.set(path, steps);
  return steps;
}

/** Whether a pattern's steps lead along a path; `**` takes as few steps as it can, and one more each time that the rest does not fit. */
function matches(steps: readonly Step[], path: readonly PathStep[]): boolean {
  let [i, j] = [0, 0];
  let again: { readonly i: number; readonly j: number } | undefined;
  for (let step = steps[i]; step !== undefined; step = steps[i]) {
    const at = path[j];
    if (step.name === "**") {
      again = { i: i + 1, j };
      i += 1;
    } else if (at !== undefined && fits(step, at)) {
      i += 1;
      j += 1;
    } else if (again !== undefined && again.j < path.length) {
      again = { i: again.i, j: again.j + 1 };
      ({ i, j } = again);
    } else return false;
  }
  return true;
}

function fits(step: Step, at: PathStep): boolean {
  return (
    at.name === step.name &&
    step.indices.every(({ from, to }, k) => {
      const index = at.indices[k];
      return index !== undefined && index >= from && index <= to;
    })
  );
}

/** What is most like a pattern that matches nothing, as help and, unless an index is what is wrong, as a repair. */
export function nearPattern(
  { text }: Pattern,
  span: Span,
  paths: readonly string[],
): { readonly help?: string; readonly fix?: Fix } {
  if (text.includes("..")) return {};
  const near = nearest(
    text,
    [...namesIn(text, paths)].filter((each) => isAlike(text, each)),
  );
  if (near === undefined) return {};
  const help = `did you mean \`${near}\`?`;
  return text.includes("[") || near.includes("[") ? { help } : { help, fix: { span, replacement: near } };
}

/** Whether each step of a path is like that of another: of long paths a third is a whole layer. */
function isAlike(text: string, other: string): boolean {
  const [own, steps] = [text.split("."), other.split(".")];
  return own.length !== steps.length || own.every((step, i) => nearest(step, [steps[i] ?? ""]) !== undefined);
}

/** Every path and every layer above it, for suggestions; behind `**.`, every end of a path. */
export function namesIn(pattern: string, paths: readonly string[]): ReadonlySet<string> {
  if (!pattern.startsWith("**.")) return prefixesOf(paths);
  return new Set(paths.flatMap((path) => path.split(".").map((_, i, all) => `**.${all.slice(i).join(".")}`)));
}

/** Every path and every layer above it. */
export function prefixesOf(paths: readonly string[]): ReadonlySet<string> {
  const prefixes = new Set<string>();
  for (const path of paths) {
    for (let end = path.length; end > 0; end = path.lastIndexOf(".", end - 1)) prefixes.add(path.slice(0, end));
  }
  return prefixes;
}

/** Every layer that something is of, the outermost first, and itself. */
export function namesAbove(path: string): readonly string[] {
  const names: string[] = [];
  for (let end = path.indexOf("."); end > 0; end = path.indexOf(".", end + 1)) names.push(path.slice(0, end));
  return [...names, path];
}

/** The first names of paths, each once. */
export function firstOf(paths: Iterable<string>): readonly string[] {
  return [...new Set([...paths].map((path) => path.split(/[.[]/)[0] ?? path))];
}

/** The same as text. */
export function firstNames(paths: Iterable<string>): string {
  return (
    firstOf(paths)
      .map((name) => `\`${name}\``)
      .join(", ") || "nothing"
  );
}
