import type { Span } from "../diagnostics/source.ts";
import { printShape, sameShape } from "../ir/dim.ts";
import type { WeightSource } from "../lower/plan.ts";
import type { Entry } from "../syntax/ast.ts";
import { borrowedFrom } from "./borrowed.ts";
import { buildStage } from "./build-stage.ts";
import { type Env, inner, localNamed } from "./env.ts";
import { evaluate, forEachSuffix, takenBranch } from "./evaluate.ts";
import { checkCheckpoint } from "./features.ts";
import type { ModelBuild, StageBuild } from "./model-build.ts";
import { nearest, suggestion } from "./nearest.ts";
import { namesIn, nearPattern, type Pattern, patternOf, plainPattern } from "./pattern.ts";
import { attempt, Refusal, type Reporter } from "./reporter.ts";
import { entryOf } from "./stage-entry.ts";
import { stageOf } from "./stage-of.ts";
import type { MemberThing, StageThing, Thing } from "./things.ts";
import { describeThing } from "./type.ts";
import { weightsFromFile } from "./weight-files.ts";

/** Where every weight of a stage comes from: another stage, a file, or its initialiser. By path; states among them. */
export type Sources = ReadonlyMap<string, { readonly from: WeightSource; readonly stage: StageThing | undefined }>;

/** `init:` and the `weights:` of encoders (language rules 60, 61). */
export function sourcesOf(built: StageBuild, scope: Env): Sources {
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
    if (there !== undefined)
      sources.set(path, { from: { kind: "stage", stage: there.stage.key, path: there.path }, stage: there.stage });
  }
  const whole = stage.changes.findLast(({ path }) => path.length === 1 && path[0] === "init");
  const given = whole?.expr ?? entryOf(stage, "init")?.value;
  // First weights are no part of the model: a stage that is known only after running may give them.
  const outside = { ...scope, body: undefined };
  const place = whole === undefined ? outside : inner(outside, whole.env.local?.names ?? []);
  const expr = given === undefined ? undefined : takenBranch(given, place);
  if (expr !== undefined && expr.kind !== "map") {
    const thing = evaluate(expr, place);
    if (thing.kind !== "none") copyAll(producerOf(thing, expr.span, place), expr.span, built, place, sources);
  }
  for (const entry of expr?.kind === "map" ? expr.entries : []) {
    forEachSuffix(entry.suffixes, place, (here) => {
      attempt(
        () => {
          const from = producerOf(evaluate(entry.value, here), entry.value.span, here);
          copyPart(patternOf(entry.path, here), leftPath(entry, here), from, entry.path.span, built, here, sources);
        },
        () => undefined,
      );
    });
  }
  for (const { path, expr: value, env, span } of stage.changes) {
    if (path[0] !== "init" || path.length < 2) continue;
    const here = inner(outside, env.local?.names ?? []);
    const left = path.slice(1).join(".");
    attempt(
      () =>
        copyPart(plainPattern(left), left, producerOf(evaluate(value, here), span, here), span, built, here, sources),
      () => undefined,
    );
  }
  return sources;
}

interface Producer {
  readonly stage: StageThing;
  /** The path of a layer in it; empty for all of it. */
  readonly path: string;
  readonly member: MemberThing | undefined;
}

function producerOf(source: Thing, span: Span, env: Env): Producer {
  if (source.kind === "poison") throw new Refusal();
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
    { help: suggestion(path, names) ?? `its weights begin with ${firstNames(have.keys())}` },
  );
}

function leftPath(entry: Entry, env: Env): string {
  return entry.path.segments
    .map(({ name, indices }) => {
      const local = localNamed(env, name.text);
      const text = local?.kind === "task" ? local.name : name.text;
      const at = indices.map((index) => {
        const thing = evaluate(index, env);
        return `[${thing.kind === "number" ? thing.value : "?"}]`;
      });
      return `${text}${at.join("")}`;
    })
    .join(".");
}

function shapesOf(model: ModelBuild): ReadonlyMap<string, readonly number[]> {
  return new Map([...model.parameters, ...model.states].map(([path, { shape }]) => [path, shape]));
}

/** Every weight under the left must exist under the right with equal shape. */
function copyPart(
  pattern: Pattern,
  left: string,
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
  let found = 0;
  for (const [path, shape] of shapes) {
    if (!pattern.covers(path)) continue;
    found += 1;
    const there = from.path === "" ? path : `${from.path}${path.slice(left.length)}`;
    fits(path, shape, there, have, from, span, reporter);
    sources.set(path, { from: { kind: "stage", stage: from.stage.key, path: there }, stage: from.stage });
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
  for (const [path, shape] of shapesOf(buildStage(env.session, from.stage, span).model)) {
    const under = from.path === "" || plainPattern(from.path).covers(path);
    if (!under) continue;
    fits(path, shape, path, here, { ...from, stage: built.stage }, span, env.session.reporter);
    sources.set(path, { from: { kind: "stage", stage: from.stage.key, path }, stage: from.stage });
  }
}

function fits(
  path: string,
  shape: readonly number[],
  there: string,
  have: ReadonlyMap<string, readonly number[]>,
  { stage }: Producer,
  span: Span,
  reporter: Reporter,
): void {
  const other = have.get(there);
  const mismatch = (reason: string) =>
    reporter.refuse(
      "init-mismatch",
      span,
      { left: `\`${path}\``, right: `\`${there}\` of ${stage.label}`, reason },
      { related: [{ span: stage.span, text: `${stage.label} is made here` }] },
    );
  if (other === undefined) {
    const near = nearest(there, have.keys());
    mismatch(`it has no such weight${near === undefined ? "" : `, only \`${near}\``}`);
  } else if (!sameShape(other, shape)) mismatch(`one is ${printShape(shape)}, the other ${printShape(other)}`);
}

export function firstNames(paths: Iterable<string>): string {
  const names = new Set([...paths].map((path) => path.split(/[.[]/)[0] ?? path));
  return [...names].map((name) => `\`${name}\``).join(", ") || "nothing";
}
