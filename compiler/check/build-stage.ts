import type { Span } from "../diagnostics/source.ts";
import type { Dim } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";
import { widthOf } from "../library/task.ts";
import type { ClipPlan } from "../lower/plan.ts";
import * as v from "../ops/vocabulary.ts";
import type { Input, ModelNode, Statement } from "../syntax/ast.ts";
import { checkActivatedOnce, withoutActivation } from "./activated-twice.ts";
import { adaptersOf } from "./adapters.ts";
import { type Body, define, namedPath } from "./body.ts";
import { sendExpr } from "./call.ts";
import { clipOf } from "./clips.ts";
import { instanceOf } from "./declarations.ts";
import { type Env, inner, localNamed } from "./env.ts";
import { evaluate, evaluateAs, forEachSuffix, takenBranch } from "./evaluate.ts";
import { modelThing } from "./invoke.ts";
import { headKeys } from "./keys.ts";
import { memoKind } from "./memo.ts";
import { type Adapters, type ModelBuild, newModelBuild, type StageBuild } from "./model-build.ts";
import { fieldNamed, hasField, type ModelData } from "./model-data.ts";
import { asLayer, checkResult, TimeFixed } from "./modules.ts";
import { suggestion } from "./nearest.ts";
import { withDefaults } from "./parameters.ts";
import { attempt, Refusal, type Reporter } from "./reporter.ts";
import type { Session } from "./session.ts";
import { modelFor, modelKey } from "./shared-models.ts";
import { printAxes } from "./signature.ts";
import { checkAppliedKeys, checkStageKeys, stageEntry, stageScope } from "./stage-entry.ts";
import { anchorsOf } from "./stands-in.ts";
import { activationOf } from "./tasks.ts";
import { toTensor } from "./tensor-arithmetic.ts";
import {
  dimsOf,
  type ModelThing,
  none,
  poison,
  type StageThing,
  type TaskThing,
  type TensorThing,
  type Thing,
} from "./things.ts";
import { describeThing, task as taskType } from "./type.ts";
import { meaningIn } from "./video-classes.ts";

/**
 * Shapes of one stage (language rule 81): its model with the fields of its data, as a graph with symbolic batch and time. Built once. A model with a
 * mistake is refused whole: what reads it would only repeat the mistake.
 */
export function buildStage(session: Session, stage: StageThing, span: Span): StageBuild {
  const { reporter } = session;
  const make = (): StageBuild | undefined =>
    attempt(
      () => {
        const meant = checkStageKeys(session, stage);
        if (deciding.some((key) => meant.has(key))) return undefined;
        const before = reporter.errors;
        const made = reporter.through(stage.span, stage.label, () => build(session, stage));
        return made.model.refused || reporter.errors - made.model.adapters.mistakes > before ? undefined : made;
      },
      () => undefined,
    );
  const inTheMaking = (): undefined => {
    reporter.report("cycle", span, { name: stage.label, chain: "its model reads what it makes itself" });
  };
  const built = builds(session).get(stage.key, make, {
    decidedBy: () => stage.key,
    writtenIn: () => anchorsOf(stage),
    label: stage.label,
    inTheMaking,
  });
  // Where the stage is asked for now can be another place than when it was built.
  return built === undefined ? reporter.silent() : { ...built, stage };
}

/** Keys that, written under a wrong name, leave mistakes that only follow from that. */
const deciding = ["clip", "views", "loss"] as const;

const builds = memoKind<StageBuild | undefined>();
const models = memoKind<BuiltModel | undefined>();

type BuiltModel = Omit<StageBuild, "key">;

function build(session: Session, stage: StageThing): StageBuild {
  const reporter: Reporter = session.reporter;
  checkAppliedKeys(session, stage);
  const scope = stageScope(session, stage);
  const { declaration } = stage;
  if (declaration.verb === "apply") reporter.report("not-yet", declaration.span, { what: "`apply`" });
  const data = dataOf(stage, scope);
  let model = evaluate(declaration.model, scope);
  if (model.kind === "declaration" && model.declaration.kind === "model")
    model = modelThing(session, model.declaration, model.env, new Map());
  if (model.kind === "poison") throw new Refusal();
  if (model.kind !== "model") {
    return reporter.refuse("wrong-type", declaration.model.span, {
      what: "what a stage trains",
      expected: "a model, such as system([au])",
      actual: describeThing(model),
    });
  }
  const clip = clipOf(stageEntry(stage, "clip", scope), stage, scope);
  const plain = plainModel(session, model, stage, data, clip, scope);
  const adapters = adaptersOf(session, plain.model, plain.names);
  // Which layers there are is known of a model that is built; those that are adapted have other weights.
  return adapters.layers.size === 0
    ? { ...plain, model: { ...plain.model, adapters } }
    : { ...builtModel(model, stage, data, clip, scope, adapters), key: undefined };
}

/** The model without adapters, which stages share. */
function plainModel(
  session: Session,
  model: ModelThing,
  stage: StageThing,
  data: ModelData,
  clip: ClipPlan | undefined,
  scope: Env,
): StageBuild {
  const { reporter } = session;
  const key = modelKey(model, { data, clip });
  if (key === undefined) return { ...builtModel(model, stage, data, clip, scope), key };
  const make = () => {
    const before = reporter.errors;
    const built = builtModel(model, stage, data, clip, scope);
    return reporter.errors === before && !built.model.refused ? built : undefined;
  };
  const shared = models(session).get(key, make, {
    decidedBy: () => `${stage.declaration.name.text} ${key}`,
    writtenIn: () => anchorsOf({ bound: model.bound, changes: [] }),
    inTheMaking: () => undefined,
  });
  // The stage's loss adds to its own records, so that what is shared stays as it is.
  if (shared === undefined) return reporter.silent();
  return { stage, model: modelFor(stage, shared.model, data), names: shared.names, key };
}

function builtModel(
  model: ModelThing,
  stage: StageThing,
  data: ModelData,
  clip: ClipPlan | undefined,
  scope: Env,
  adapters?: Adapters,
): BuiltModel {
  try {
    const made = newModelBuild(stage, data, clip, undefined, adapters);
    return { stage, model: made, names: runModel(model, made, scope) };
  } catch (problem) {
    if (!(problem instanceof TimeFixed)) throw problem;
    const made = newModelBuild(stage, data, clip, problem.length, adapters);
    return { stage, model: made, names: runModel(model, made, scope) };
  }
}

/** `on d` trains on `d.train` and validates on `d.val`. */
function dataOf(stage: StageThing, scope: Env): ModelData {
  const reporter: Reporter = scope.session.reporter;
  const { data: expr } = stage.declaration;
  let thing = evaluate(expr, scope);
  if (thing.kind === "declaration") thing = instanceOf(scope.session, thing, expr.span) ?? thing;
  if (thing.kind === "poison") throw new Refusal();
  if (thing.kind === "data" && thing.part.of === "test" && stage.declaration.verb === "train") {
    return reporter.refuse(
      "wrong-type",
      expr.span,
      { what: "what a stage is trained on", expected: "rows with labels", actual: `${thing.label}, which has none` },
      { related: [{ span: stage.span, text: `in ${stage.label}` }] },
    );
  }
  if (thing.kind === "data" || thing.kind === "blend") {
    return thing;
  }
  return reporter.refuse("wrong-type", expr.span, {
    what: "what a stage is trained on",
    expected: "data",
    actual: describeThing(thing),
  });
}

function runModel(model: ModelThing, made: ModelBuild, scope: Env): ReadonlyMap<string, Thing> {
  const { declaration } = model;
  const body: Body = {
    build: made,
    path: "",
    definition: "",
    repeated: new Set(),
    made: new Map(),
    depth: 0,
    loss: false,
  };
  const inputs = declaration.inputs.map((input): [string, Thing] => [
    input.name.text,
    attempt<Thing>(
      () => fieldInput(input, made, scope),
      () => poison,
    ),
  ]);
  const start = inner(model.env, inputs, body);
  const place = withDefaults(declaration.parameters, model.bound, { ...start, session: scope.session });
  for (const { name, shape } of declaration.inputs) {
    const tensor = place.local?.names.get(name.text) ?? localNamed(place, name.text);
    if (shape === undefined || tensor?.kind !== "tensor") continue;
    attempt<unknown>(
      () => start.local?.names.set(name.text, checkResult(tensor, shape, name.text, place, shape.span, "the input")),
      () => {
        made.refused = true;
      },
    );
  }
  for (const statement of declaration.body.statements)
    if (statement.kind === "head" && statement.task.kind === "name" && statement.suffixes.length === 0)
      made.writtenHeads.set(statement.task.name, statement.task.span);
  for (const statement of declaration.body.statements)
    attempt(
      () => runStatement(statement, declaration, made, place, body),
      () => {
        made.refused = true;
      },
    );
  return place.local?.names ?? new Map();
}

function runStatement(statement: Statement, declaration: ModelNode, made: ModelBuild, place: Env, body: Body): void {
  const reporter: Reporter = place.session.reporter;
  if (statement.kind === "return") {
    reporter.report("unexpected-text", statement.span, {
      expected: "a name or a head",
      found: "`return`, which belongs in a module",
    });
    return;
  }
  if (statement.kind === "head") {
    forEachSuffix(statement.suffixes, place, (here) => {
      const task = evaluateAs(statement.task, here, taskType, "what a head is of");
      if (task.kind !== "task") return;
      attempt(
        () => runHead(statement, task, made, here, body),
        () => {
          made.brokenHeads.add(task.name);
          made.refused = true;
        },
      );
    });
    return;
  }
  const name = statement.name.text;
  const parameter = declaration.parameters.some((each) => each.name.text === name);
  const defined = place.local?.names.get(name);
  if (parameter || (defined !== undefined && defined.kind !== "poison"))
    reporter.report("duplicate-name", statement.name.span, { name });
  place.local?.names.set(name, poison);
  forEachSuffix(statement.suffixes, place, (here) => {
    const value = evaluate(statement.value, { ...here, body: define(body, name, statement.value) });
    const thing = asLayer(value, namedPath(body, name));
    const shaped =
      statement.shape !== undefined && thing.kind === "tensor"
        ? checkResult(thing, statement.shape, name, here, statement.span)
        : thing;
    place.local?.names.set(name, shaped);
  });
}

/** `head t = s -> linear`: the last step may leave out its width, which the task knows (language rule 30). */
function runHead(
  statement: Extract<Statement, { kind: "head" }>,
  task: TaskThing,
  made: ModelBuild,
  env: Env,
  body: Body,
): void {
  const reporter: Reporter = env.session.reporter;
  const before = made.heads.get(task.name);
  if (before !== undefined) {
    reporter.refuse(
      "duplicate-head",
      statement.task.span,
      { task: task.name },
      { related: [{ span: before.span, text: "the first" }] },
    );
  }
  let activation = task.activation;
  for (const entry of statement.body?.entries ?? []) {
    const key = entry.path.segments[0]?.name.text ?? "";
    if (key === "activation") activation = activationOf(entry.value, task.activation, task.name, env);
    else
      reporter.report(
        "unknown-key",
        entry.path.span,
        { where: "a head", key },
        { help: suggestion(key, Object.keys(headKeys)) },
      );
  }
  const meaning = meaningIn(env.session, task, made.data);
  const headed: TaskThing = { ...task, meaning, activation };
  const width = widthOf(meaning);
  const place: Env = { ...env, body: define(body, task.name, statement.value) };
  const written = takenBranch(statement.value, place);
  const value = withoutActivation(written, headed, place);
  const made_ = value.kind === "send" ? sendExpr(value, place, width) : evaluate(value, place);
  const logits = toTensor(made_, place, statement.value.span);
  if (logits === undefined) {
    reporter.refuse("wrong-type", statement.value.span, {
      what: `the head of \`${task.name}\``,
      expected: "a tensor",
      actual: describeThing(made_),
    });
  }
  const actual = dimsOf(logits).at(-1);
  const rank = made.time === undefined ? 1 : 2;
  if (actual !== width || logits.axes.length !== rank || !logits.batched) {
    reporter.refuse("head-width", statement.value.span, {
      task: task.name,
      expected: rank === 1 ? `[${width}]` : `[time, ${width}]`,
      actual: printAxes(logits),
    });
  }
  if (value === written) checkActivatedOnce(logits.wire, headed, statement.value.span, reporter);
  made.heads.set(task.name, { task: headed, logits, span: statement.span });
}

/** A field by its name; one that may be left out is none where the data lack it. */
function fieldInput({ name, optional, many, span }: Input, made: ModelBuild, scope: Env): Thing {
  const { reporter } = scope.session;
  if (many)
    reporter.refuse("unexpected-text", span, {
      expected: "the name of a field",
      found: "`many`, which is for modules",
    });
  if (optional && !hasField(made.data, name.text, reporter)) return none;
  return fieldTensor(name.text, name.span, made, scope);
}

/** A field of the data as the model sees it: an image is [c: 3, h, w] in 0 .. 1 (language rules 38, 39). */
function fieldTensor(name: string, span: Span, made: ModelBuild, scope: Env): TensorThing {
  const reporter: Reporter = scope.session.reporter;
  const field = fieldNamed(made.data, name, span, made.stage, reporter);
  const time = field.per === "frame" ? made.time : undefined;
  const lead: readonly Dim[] = time === undefined ? [made.batch] : [made.batch, time];
  const axes = [...(time === undefined ? [] : ["time"]), ...field.axes.map((axis) => axis.name)];
  const sizes = field.axes.map(({ size }) => size);
  const { g } = made;
  let wire: Value;
  if (field.plan.kind === "images") {
    const { size } = field.plan;
    const bytes = g.input("field", name, { dtype: "uint8", shape: [...lead, size, size, 3] });
    const numbers = v.scale(g, v.cast(g, bytes, "float32"), 1 / 255);
    const n = lead.length;
    wire = v.transpose(g, numbers, [...lead.map((_, i) => i), n + 2, n, n + 1]);
  } else {
    wire = g.input("field", name, { dtype: "float32", shape: [...lead, ...sizes] });
  }
  const tensor: TensorThing = { kind: "tensor", wire, batched: true, axes };
  made.fields.set(name, tensor);
  return tensor;
}
