import { type CheckedStage, checkStage } from "../check/check-stage.ts";
import { checkpointMeant } from "../check/checkpoints.ts";
import type { Env } from "../check/env.ts";
import { checkCheckpoint } from "../check/features.ts";
import { checkMemberLeakage } from "../check/leakage.ts";
import { Refusal, type Reporter } from "../check/reporter.ts";
import { numberIn } from "../check/schedules.ts";
import { choiceIn, stageOf } from "../check/stage-of.ts";
import {
  type CallThing,
  type ChosenThing,
  type CombinedThing,
  type DataThing,
  placeIn,
  type StageThing,
  type Thing,
} from "../check/things.ts";
import { describeThing } from "../check/type.ts";
import type { Span as TextSpan } from "../diagnostics/source.ts";
import { widthOf } from "../library/task.ts";
import { checkFit } from "./fits.ts";
import type { Fit, Span, Stream } from "./plan.ts";
import type { TaskPlan } from "./plan-data.ts";

/** Where a stream stands: the task it is for, the data it runs over, its place in the text. */
export interface StreamPlace {
  readonly task: TaskPlan;
  readonly data: DataThing;
  readonly env: Env;
  readonly span: TextSpan;
  /** Adds a stage to the plan; its hash is made when it is asked for. */
  readonly hash: (stage: CheckedStage) => () => string;
  /** Told of stages that are not chosen yet. */
  readonly waitsFor: (choice: ChosenThing) => void;
  /** Inside `folded`, the member's fold: it is judged only where it was not trained. */
  readonly folded?: number;
}

/** What an entry of an assembly means for a task: a stage's head, or a function of streams (language rules 67 to 70). */
export function streamOf(thing: Thing, place: StreamPlace): Stream {
  const reporter: Reporter = place.env.session.reporter;
  if (thing.kind === "poison") throw new Refusal();
  const choice = choiceIn(thing);
  if (choice !== undefined) place.waitsFor(choice);
  if (thing.kind === "member") return headStream(thing.stage, thing.name, place);
  const stage = stageOf(thing, place.span, place.env);
  if (stage !== undefined) return headStream(stage, place.task.name, place);
  if (thing.kind === "combined" && thing.family === "stream") return blended(thing, place);
  if (thing.kind === "call" && thing.family === "stream") return processed(thing, place);
  return reporter.refuse("wrong-type", place.span, {
    what: `the stream of \`${place.task.name}\``,
    expected: "a stage or a function of its heads",
    actual: describeThing(thing),
  });
}

function headStream(stage: StageThing, head: string, place: StreamPlace): Stream {
  const { task, data, env, span, hash } = place;
  const { session } = env;
  const reporter: Reporter = session.reporter;
  const checked = checkStage(session, stage, span);
  if (checked === undefined) throw new Refusal();
  const own = `${stage.label} has ${checked.tasks.map(({ name }) => name).join(", ") || "none"}`;
  const related = [{ span: stage.span, text: own }];
  if (!checked.built.model.heads.has(head)) reporter.refuse("no-head", span, { task: head }, { related });
  if (head !== task.name) {
    reporter.refuse("wrong-type", span, {
      what: `the stream of \`${task.name}\``,
      expected: `a head of \`${task.name}\``,
      actual: `a head of \`${head}\``,
    });
  }
  checkCheckpoint({ kind: "member", stage, name: head, span }, true, env);
  if (place.folded === undefined)
    checkMemberLeakage(session, checked, data, span, `\`${head}\``, (need) => checkStage(session, need, span));
  const hashed = hash(checked);
  const checkpoint = checkpointMeant(stage, head, session);
  return {
    kind: "head",
    get stage() {
      return hashed();
    },
    task: head,
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
}

/** `0.8 * a + 0.2 * b`: streams with the same rows, weighted. */
function blended(thing: CombinedThing, place: StreamPlace): Stream {
  const { operator, left, right } = thing;
  if (operator === "*" || operator === "/") {
    const scales = left.kind === "number" || (left.kind === "call" && left.family === "fitted");
    const factor = scales ? left : right;
    const stream = streamOf(scales ? right : left, place);
    if (factor.kind !== "number") {
      if (operator === "/")
        place.env.session.reporter.refuse("wrong-type", thing.span, {
          what: "what a stream is divided by",
          expected: "a number",
          actual: "one that is fitted",
        });
      return { kind: "blend", parts: [{ weight: 1, fit: checkFit(factor, place, true), stream }] };
    }
    return { kind: "blend", parts: [{ weight: operator === "/" ? 1 / factor.value : factor.value, stream }] };
  }
  const sign = operator === "-" ? -1 : 1;
  const parts = [...partsOf(streamOf(left, place)), ...partsOf(streamOf(right, place), sign)];
  const [first, ...others] = parts.flatMap(({ fit }) => fit ?? []);
  const other = others.find(
    ({ on, folds, data }) => on !== first?.on || folds !== first.folds || data?.name !== first.data?.name,
  );
  if (first !== undefined && other !== undefined)
    place.env.session.reporter.refuse("wrong-type", thing.span, {
      what: "what the factors of one blend are fitted on",
      expected: `the same rows and parts, ${first.on} and ${first.folds}`,
      actual: `${other.on} and ${other.folds}`,
    });
  return { kind: "blend", parts };
}

function partsOf(stream: Stream, by = 1): Extract<Stream, { kind: "blend" }>["parts"] {
  if (stream.kind !== "blend") return [{ weight: by, stream }];
  return stream.parts.map((part) => ({ ...part, weight: by * part.weight }));
}

function processed(call: CallThing, place: StreamPlace): Stream {
  const { task } = place;
  const reporter: Reporter = place.env.session.reporter;
  const only = (kind: TaskPlan["meaning"]["kind"]) => {
    if (task.meaning.kind === kind) return;
    reporter.refuse("wrong-type", call.span, {
      what: `what \`${call.name}\` works on`,
      expected: `a stream of ${kind === "scalar" ? "a scalar" : kind}`,
      actual: `\`${task.name}\` (${task.meaning.kind})`,
    });
  };
  if (call.name === "mean") {
    const streams = itemsIn(call, "streams").map((item) => streamOf(item, place));
    return { kind: "blend", parts: streams.map((stream) => ({ weight: 1 / streams.length, stream })) };
  }
  if (call.name === "folded") return foldedStream(call, place);
  // What the call says by itself comes first: it is checked whatever mistakes the stream has.
  const inside = () => streamOf(call.args.get("stream") ?? { kind: "none" }, place);
  switch (call.name) {
    case "gaussian":
    case "box":
    case "median": {
      const width = spanIn(call, call.name === "gaussian" ? "sigma" : "width", place) ?? { unit: "frames", value: 1 };
      const within = spanIn(call, "within", place);
      if (call.name !== "gaussian") checkWhole(call, "width", place);
      checkWhole(call, "within", place);
      return { kind: call.name, stream: inside(), width, within };
    }
    case "threshold": {
      only("units");
      const at = thresholds(call, place);
      return { kind: "threshold", stream: inside(), at };
    }
    case "bias": {
      only("classes");
      const given = call.args.get("by");
      const span = placeIn(call, "by");
      const by = given?.kind === "call" ? checkFit(given, place, true) : numbersOf(given, "biases", place, span);
      const same = "from" in by ? by.each === "all" : by.every((each) => each === by[0]);
      if (same)
        reporter.report(
          "changes-nothing",
          span,
          { path: "bias" },
          { help: "classes are told apart by one each: each: label" },
        );
      return { kind: "bias", stream: inside(), by };
    }
    case "match_moments": {
      only("scalar");
      const to = checkFit(call.args.get("to") ?? { kind: "none" }, place, false);
      return { kind: "match_moments", stream: inside(), to };
    }
    default:
      throw new Error(`no stream function ${call.name}`);
  }
}

/** Members from the folds of one data set: a labelled row is judged by the member that did not train on it (language rule 70). */
function foldedStream(call: CallThing, place: StreamPlace): Stream {
  const { data, env } = place;
  const reporter: Reporter = env.session.reporter;
  const seen = new Map<number, string>();
  const streams = itemsIn(call, "members").map((member): Stream => {
    const stages = stagesOf(member);
    const found = new Set(stages.map((stage) => foldOf(stage, call, place)));
    const [fold] = found;
    const [stage] = stages;
    const related = stages.map((each) => ({ span: each.span, text: `${each.label} is made here` }));
    if (fold === undefined || stage === undefined || found.size > 1)
      return reporter.refuse(
        "not-folds",
        call.span,
        { stage: "a member", data: "several folds, or none" },
        { related },
      );
    const before = seen.get(fold);
    if (before !== undefined)
      reporter.report("not-folds", call.span, { stage: stage.label, data: `the fold of ${before}` }, { related });
    seen.set(fold, stage.label);
    return streamOf(member, { ...place, folded: fold });
  });
  const folds = data.entries.get("folds");
  const count = folds?.kind === "call" ? numberIn(folds, "count", 0) : 0;
  const lacking = Array.from({ length: count }, (_, k) => k).find((k) => !seen.has(k));
  if (lacking !== undefined)
    reporter.report(
      "not-folds",
      call.span,
      { stage: "none", data: `${data.label}.fold(${lacking})` },
      { help: "its rows would be judged by members that were trained on them" },
    );
  return { kind: "folded", streams };
}

/** The fold that a member was trained on. */
function foldOf(stage: StageThing, call: CallThing, { data, env, span }: StreamPlace): number {
  const checked = checkStage(env.session, stage, span);
  if (checked === undefined) throw new Refusal();
  const own = checked.built.model.data;
  if (own.kind === "data" && own.part.fold !== undefined && own.annotations === data.annotations) return own.part.fold;
  const help = `each must be trained on a fold of ${data.label}, such as ${data.label}.fold(0)`;
  const related = [{ span: stage.span, text: `${stage.label} is made here` }];
  return env.session.reporter.refuse(
    "not-folds",
    call.span,
    { stage: stage.label, data: own.label },
    { help, related },
  );
}

function stagesOf(thing: Thing): readonly StageThing[] {
  if (thing.kind === "stage") return [thing];
  if (thing.kind === "member") return [thing.stage];
  const inside = thing.kind === "call" ? thing.args.get("stream") : undefined;
  return inside === undefined ? [] : stagesOf(inside);
}

function itemsIn(call: CallThing, name: string): readonly Thing[] {
  const list = call.args.get(name);
  return list?.kind === "list" ? list.items : [];
}

function spanIn(call: CallThing, name: string, { env, data }: StreamPlace): Span | undefined {
  const reporter: Reporter = env.session.reporter;
  const thing = call.args.get(name);
  if (thing?.kind !== "quantity") return undefined;
  const { unit, value } = thing;
  if (value <= 0)
    reporter.refuse("out-of-range", placeIn(call, name), { what: `\`${name}\``, expected: "above 0", actual: value });
  if (unit === "frames" || unit === "rows") return { unit, value };
  const fps = data.entries.get("fps");
  if (fps?.kind === "number") return { unit: "frames", value: value * fps.value };
  return reporter.refuse(
    "missing-key",
    placeIn(call, name),
    { where: `the data ${data.label}, of which a span is in seconds,`, key: "fps" },
    { help: "such as fps: 30" },
  );
}

/** A window has a whole number of rows or frames. */
function checkWhole(call: CallThing, name: string, { env }: StreamPlace): void {
  const thing = call.args.get(name);
  if (thing?.kind !== "quantity" || thing.unit === "seconds" || Number.isInteger(thing.value)) return;
  env.session.reporter.report("out-of-range", placeIn(call, name), {
    what: `\`${name}\` in ${thing.unit}`,
    expected: "a whole number",
    actual: thing.value,
  });
}

function numbersOf(
  thing: Thing | undefined,
  what: string,
  { task, env }: StreamPlace,
  span: TextSpan,
): readonly number[] {
  const width = widthOf(task.meaning);
  if (thing?.kind === "number") return Array.from({ length: width }, () => thing.value);
  const items = thing?.kind === "list" ? thing.items : [];
  const numbers = items.flatMap((item) => (item.kind === "number" ? [item.value] : []));
  if (numbers.length !== width)
    env.session.reporter.refuse("out-of-range", span, {
      what: `the number of ${what}`,
      expected: `${width}, as wide as \`${task.name}\``,
      actual: numbers.length,
    });
  return numbers;
}

function thresholds(call: CallThing, place: StreamPlace): readonly number[] | Fit {
  const at = call.args.get("at");
  const span = placeIn(call, "at");
  const found = at?.kind === "call" ? checkFit(at, place, true) : numbersOf(at, "thresholds", place, span);
  const ends = "from" in found ? [found.from, found.to] : found;
  const outside = ends.find((end) => end < 0 || end > 1);
  if (outside !== undefined)
    place.env.session.reporter.report("out-of-range", span, {
      what: "a threshold",
      expected: "from 0 to 1, as probabilities are",
      actual: outside,
    });
  return found;
}
