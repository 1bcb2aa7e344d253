import type { Path } from "../syntax/ast.ts";
import type { Env } from "./env.ts";
import { evaluate, taskNamed } from "./evaluate.ts";
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

export function patternOf(path: Path, env: Env): Pattern {
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
  return {
    text: span.source.text.slice(span.start, span.end),
    name: steps.map(stepName).join("."),
    covers: (at) => matches(steps, stepsOf(at)),
  };
}

function stepName({ name, indices }: Step): string {
  return name + indices.map(({ from, to }) => `[${from === to ? from : rangeName(from, to)}]`).join("");
}

function rangeName(from: number, to: number): string {
  return Number.isFinite(to) ? `${from} .. ${to}` : `${from} ..`;
}

/** The pattern that a plain path is. */
export function plainPattern(path: string): Pattern {
  const steps = stepsOf(path).map(({ name, indices }) => ({ name, indices: indices.map((i) => ({ from: i, to: i })) }));
  return { text: path, name: path, covers: (at) => matches(steps, stepsOf(at)) };
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
