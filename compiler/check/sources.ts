import type { Span } from "../diagnostics/source.ts";
import { printShape, sameShape } from "../ir/dim.ts";
import type { WeightSource } from "../lower/plan.ts";
import { borrowedFrom } from "./borrowed.ts";
import { buildStage } from "./build-stage.ts";
import { type Env, inner } from "./env.ts";
import { evaluate, forEachSuffix, takenBranch } from "./evaluate.ts";
import { checkCheckpoint } from "./features.ts";
import { type Adapter, type Adapters, isOfAdapter, type ModelBuild, type StageBuild } from "./model-build.ts";
import { nearest, suggestion } from "./nearest.ts";
import { firstNames, firstOf, namesIn, nearPattern, type Pattern, patternOf, plainPattern } from "./pattern.ts";
import { attempt, Refusal, type Reporter } from "./reporter.ts";
import { entryOf } from "./stage-entry.ts";
import { choiceIn, stageOf } from "./stage-of.ts";
import type { ChosenThing, MemberThing, StageThing, Thing } from "./things.ts";
import { describeThing } from "./type.ts";
import { weightsFromFile } from "./weight-files.ts";

/** Where every weight of a stage comes from: another stage, a file, or its initialiser. By path; states among them. */
export type Sources = ReadonlyMap<string, { readonly from: WeightSource; readonly stage: StageThing | undefined }>;

/** `init:` and the `weights:` of encoders (language rules 60, 61). `waitsFor` is told of stages that are not chosen yet. */
export function sourcesOf(built: StageBuild, scope: Env, waitsFor: (choice: ChosenThing) => void): Sources {
  const { model, stage } = built;
  const sources = new Map<string, { from: WeightSource; stage: StageThing | undefined }>();
  for (const layer of model.encoders.values()) {
    attempt(
      () => {
        for (const [path, from] of weightsFromFile(layer, built, scope)) sources.set(path, { from, stage: undefined });
      },
      () => undefined,
    );
  }
  for (const path of [...model.parameters.keys(), ...model.states.keys()]) {
    const there = borrowedFrom(path, model.borrowed);
    if (there === undefined) continue;
    const { adapters } = buildStage(scope.session, there.stage, stage.span).model;
    attempt(
      () => {
        const from = startOf(there, adapters, false, stage.span, scope.session.reporter);
        sources.set(path, { from, stage: there.stage });
      },
      () => undefined,
    );
  }
  const whole = stage.changes.findLast(({ path }) => path.length === 1 && path[0] === "init");
  const given = whole?.expr ?? entryOf(stage, "init")?.value;
  // First weights are no part of the model: a stage that is known only after running may give them.
  const outside = { ...scope, body: undefined };
  const place = whole === undefined ? outside : inner(outside, whole.env.local?.names ?? []);
  const expr = given === undefined ? undefined : takenBranch(given, place);
  if (expr !== undefined && expr.kind !== "map") {
    const thing = evaluate(expr, place);
    if (thing.kind !== "none") copyAll(producerOf(thing, expr.span, place, waitsFor), expr.span, built, place, sources);
  }
  const paths = [...model.parameters.keys(), ...model.states.keys()];
  const seen = new Map<string, Span>();
  for (const entry of expr?.kind === "map" ? expr.entries : []) {
    forEachSuffix(entry.suffixes, place, (here) => {
      attempt(
        () => {
          const { span } = entry.path;
          const pattern = patternOf(entry.path, here, paths);
          const before = seen.get(pattern.name);
          if (before !== undefined) {
            const related = [{ span: before, text: "first set here" }];
            scope.session.reporter.refuse("duplicate-key", span, { key: pattern.text }, { related });
          }
          seen.set(pattern.name, span);
          copyPart(
            pattern,
            producerOf(evaluate(entry.value, here), entry.value.span, here, waitsFor),
            span,
            built,
            here,
            sources,
          );
        },
        () => undefined,
      );
    });
  }
  for (const { path, expr: value, env, span } of stage.changes) {
    if (path[0] !== "init" || path.length < 2) continue;
    const here = inner(outside, env.local?.names ?? []);
    const pattern = plainPattern(path.slice(1).join("."), paths);
    attempt(
      () => copyPart(pattern, producerOf(evaluate(value, here), span, here, waitsFor), span, built, here, sources),
      () => undefined,
    );
  }
  return sources;
}

/**
 * A weight of another stage as the start of one here. Where the layer is adapted there, and its adapter does not go over too, that becomes part of the
 * weight, which a low-rank one can.
 */
function startOf(
  { stage, path }: { readonly stage: StageThing; readonly path: string },
  there: Adapters,
  goesOver: boolean,
  span: Span,
  reporter: Reporter,
  own = path,
): WeightSource {
  const { key, checkpoint } = stage;
  const from = { kind: "stage", stage: key, path, ...(checkpoint === undefined ? {} : { checkpoint }) } as const;
  const layer = path.slice(0, -".weight".length);
  const adapter = path.endsWith(".weight") ? there.layers.get(layer) : undefined;
  if (adapter === undefined || goesOver) return from;
  if (adapter.kind === "lora")
    return { ...from, merge: { down: `${layer}.lora.down`, up: `${layer}.lora.up`, scale: adapter.scale } };
  const reason = "a bottleneck is no part of a weight";
  const help = "adapt the layer here in the same way, and start all of it from there";
  const related = [{ span: stage.span, text: `${stage.label} is made here` }];
  return reporter.refuse(
    "init-mismatch",
    span,
    { left: `\`${own}\``, right: `\`${layer}\` of ${stage.label}`, reason },
    { related, help },
  );
}

/** Whether an adapter computes the same here, so that its weights can go over with those of its layer. */
function isSame(here: Adapter | undefined, there: Adapter | undefined): boolean {
  if (here?.kind === "lora" && there?.kind === "lora") return here.rank === there.rank && here.scale === there.scale;
  if (here?.kind !== "bottleneck" || there?.kind !== "bottleneck") return false;
  return here.width === there.width && here.act === there.act;
}

/** Whether the adapter of a kind that has a weight here is the same as that of a weight there. */
function isSameAdapter(kind: string, path: string, there: string, here: ModelBuild, producer: ModelBuild): boolean {
  const layerOf = (weight: string) => weight.slice(0, weight.lastIndexOf(`.${kind}.`));
  return isSame(here.adapters.layers.get(layerOf(path)), producer.adapters.layers.get(layerOf(there)));
}

/** Whether an adapter of the layer of a weight starts from there together with it. */
function goesWith(
  path: string,
  there: string,
  { adapters, parameters }: ModelBuild,
  producer: ModelBuild,
  covers: (path: string) => boolean,
): boolean {
  const [own, other] = [path, there].map((each) => each.slice(0, -".weight".length));
  const adapter = adapters.layers.get(own ?? "");
  if (adapter === undefined || !isSame(adapter, producer.adapters.layers.get(other ?? ""))) return false;
  return [...parameters.keys()].every((each) => !each.startsWith(`${own}.${adapter.kind}.`) || covers(each));
}

interface Producer {
  readonly stage: StageThing;
  /** The path of a layer in it; empty for all of it. */
  readonly path: string;
  readonly member: MemberThing | undefined;
}

function producerOf(source: Thing, span: Span, env: Env, waitsFor: (choice: ChosenThing) => void): Producer {
  if (source.kind === "poison") throw new Refusal();
  const choice = choiceIn(source);
  if (choice !== undefined) waitsFor(choice);
  const member = source.kind === "member" ? source : undefined;
  const stage = member?.stage ?? stageOf(source, span, env);
  if (stage !== undefined) {
    if (member !== undefined) checkCheckpoint(member, false, env);
    else checkCheckpoint({ kind: "member", stage, name: "", span }, false, env);
    return { stage, path: member?.name ?? "", member };
  }
  return env.session.reporter.refuse("wrong-type", span, {
    what: "what weights start from",
    expected: "a stage or a layer of one, such as alone(au).face",
    actual: describeThing(source),
  });
}

/** What is to start from is a layer that the other stage has. */
function checkSource({ stage, path, member }: Producer, have: ReadonlyMap<string, readonly number[]>, env: Env): void {
  if (member === undefined || [...have.keys()].some((each) => plainPattern(path).covers(each))) return;
  const names = namesIn(path, [...have.keys()]);
  env.session.reporter.refuse(
    "no-member",
    member.span,
    { what: `${stage.label}, as weights,`, name: path },
    // An index that is beyond the end is like any other.
    {
      help:
        (path.includes("[") ? undefined : suggestion(path, names)) ??
        `its weights begin with ${firstNames(have.keys())}`,
    },
  );
}

function shapesOf(model: ModelBuild): ReadonlyMap<string, readonly number[]> {
  return new Map([...model.parameters, ...model.states].map(([path, { shape }]) => [path, shape]));
}

/** Every weight under the left must exist under the right with equal shape. */
function copyPart(
  pattern: Pattern,
  from: Producer,
  span: Span,
  built: StageBuild,
  env: Env,
  sources: Map<string, { from: WeightSource; stage: StageThing | undefined }>,
): void {
  const reporter: Reporter = env.session.reporter;
  const producer = buildStage(env.session, from.stage, span).model;
  const have = shapesOf(producer);
  checkSource(from, have, env);
  const shapes = shapesOf(built.model);
  const left = pattern.name;
  // What is below one layer has its place below the other; of what several layers have, that is not known.
  if (from.path !== "" && /\*\*|\.\./.test(left)) {
    const what = `what starts from ${from.stage.label}.${from.path}`;
    const expected = "the path of one layer, such as face.trunk";
    reporter.refuse("wrong-type", span, { what, expected, actual: `\`${pattern.text}\`, which can be several` });
  }
  let found = 0;
  for (const [path, shape] of shapes) {
    if (!pattern.covers(path)) continue;
    const there = from.path === "" ? path : `${from.path}${path.slice(left.length)}`;
    const other = have.get(there);
    const asks = built.model.parameters.get(path)?.layer ?? "";
    // An adapter that is another there, or none, begins anew.
    if (isOfAdapter(asks) && (other === undefined || !isSameAdapter(asks, path, there, built.model, producer)))
      continue;
    found += 1;
    if (other === undefined || !sameShape(other, shape))
      mismatch(
        `\`${path}\``,
        `\`${there}\` of ${from.stage.label}`,
        reasonOf(shape, other, there, have),
        from,
        span,
        reporter,
      );
    const goesOver = goesWith(path, there, built.model, producer, (each) => pattern.covers(each));
    const start = startOf({ ...from, path: there }, producer.adapters, goesOver, span, reporter, path);
    sources.set(path, { from: start, stage: from.stage });
  }
  if (found > 0) return;
  const near = nearPattern(pattern, span, [...shapes.keys()]);
  const help = near.help ?? `weights begin with ${firstNames(shapes.keys())}`;
  const related = [{ span: built.stage.span, text: `in ${built.stage.label}` }];
  reporter.refuse("pattern-matches-nothing", span, { pattern: pattern.text }, { ...near, help, related });
}

/** Every weight of the other stage must find its place here. */
function copyAll(
  from: Producer,
  span: Span,
  built: StageBuild,
  env: Env,
  sources: Map<string, { from: WeightSource; stage: StageThing | undefined }>,
): void {
  const here = shapesOf(built.model);
  const producer = buildStage(env.session, from.stage, span).model;
  const have = shapesOf(producer);
  for (const [path, shape] of have) {
    const under = from.path === "" || plainPattern(from.path).covers(path);
    if (!under) continue;
    const own = here.get(path);
    const asks = producer.parameters.get(path)?.layer ?? "";
    if (isOfAdapter(asks) && !isSameAdapter(asks, path, path, built.model, producer)) continue;
    if (own === undefined || !sameShape(own, shape)) {
      const reason =
        own === undefined
          ? `its \`${path}\` has no place here`
          : `its \`${path}\` is ${printShape(shape)}, the one here ${printShape(own)}`;
      const shared = firstOf(here.keys()).find((name) => firstOf(have.keys()).includes(name));
      const help =
        shared === undefined ? undefined : `to start only a part: {${shared}: ${from.stage.label}.${shared}}`;
      mismatch(built.stage.label, from.stage.label, reason, from, span, env.session.reporter, help);
    }
    const { reporter } = env.session;
    const goesOver = goesWith(path, path, built.model, producer, () => true);
    const start = startOf({ ...from, path }, producer.adapters, goesOver, span, reporter);
    sources.set(path, { from: start, stage: from.stage });
  }
}

function reasonOf(
  shape: readonly number[],
  other: readonly number[] | undefined,
  there: string,
  have: ReadonlyMap<string, readonly number[]>,
): string {
  if (other !== undefined) return `one is ${printShape(shape)}, the other ${printShape(other)}`;
  const near = nearest(there, have.keys());
  return `it has no such weight${near === undefined ? "" : `, only \`${near}\``}`;
}

function mismatch(
  left: string,
  right: string,
  reason: string,
  { stage }: Producer,
  span: Span,
  reporter: Reporter,
  help?: string,
): never {
  const related = [{ span: stage.span, text: `${stage.label} is made here` }];
  return reporter.refuse("init-mismatch", span, { left, right, reason }, { related, help });
}
