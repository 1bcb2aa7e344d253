import type { Span } from "../diagnostics/source.ts";
import type { Dim } from "../ir/dim.ts";
import { InternalError } from "../ir/invariant.ts";
import { widthOf } from "../library/task.ts";
import type { ClipPlan } from "../lower/plan.ts";
import * as v from "../ops/vocabulary.ts";
import type { ModelNode, Statement } from "../syntax/ast.ts";
import { type Body, define, namedPath } from "./body.ts";
import { sendExpr } from "./call.ts";
import { instanceOf } from "./declarations.ts";
import { type Env, inner } from "./env.ts";
import { evaluate, evaluateAs, forEachSuffix, takenBranch } from "./evaluate.ts";
import { type ModelBuild, newModelBuild, type StageBuild } from "./model-build.ts";
import { asLayer, checkResult, printAxes } from "./modules.ts";
import { suggestion } from "./nearest.ts";
import { withDefaults } from "./parameters.ts";
import { attempt, Refusal, type Reporter } from "./reporter.ts";
import type { Session } from "./session.ts";
import { checkStageKeys, stageEntry, stageScope } from "./stage-entry.ts";
import { toTensor } from "./tensor-arithmetic.ts";
import {
  type DataThing,
  dimsOf,
  type ModelThing,
  poison,
  type StageThing,
  type TensorThing,
  type Thing,
} from "./things.ts";
import { call, describeThing, orNone, task as taskType } from "./type.ts";

/**
 * Phase 4 of one stage: its model with the fields of its data, as a graph with symbolic batch and time. Built once. A model with a
 * mistake is refused whole: what reads it would only repeat the mistake.
 */
export function buildStage(session: Session, stage: StageThing, span: Span): StageBuild {
  const known = session.builds.get(stage.key);
  if (known === "building") {
    return session.reporter.refuse("cycle", span, { name: stage.label, chain: "its model reads what it makes itself" });
  }
  if (known !== undefined) return known;
  if (session.builds.has(stage.key)) throw new Refusal();
  session.builds.set(stage.key, "building");
  let built: StageBuild | undefined;
  try {
    const before = session.reporter.errors;
    const made = build(session, stage);
    if (made.model.refused || session.reporter.errors > before) throw new Refusal();
    built = made;
    return built;
  } finally {
    session.builds.set(stage.key, built);
  }
}

function build(session: Session, stage: StageThing): StageBuild {
  const reporter: Reporter = session.reporter;
  checkStageKeys(session, stage);
  const scope = stageScope(session, stage);
  const { declaration } = stage;
  if (declaration.verb === "apply") reporter.refuse("not-yet", declaration.span, { what: "`apply`" });
  const data = dataOf(stage, scope);
  let model = evaluate(declaration.model, scope);
  if (model.kind === "declaration" && model.declaration.kind === "model") {
    model = {
      kind: "model",
      declaration: model.declaration,
      env: model.env,
      bound: new Map(),
      label: model.declaration.name.text,
    };
  }
  if (model.kind === "poison") throw new Refusal();
  if (model.kind !== "model") {
    return reporter.refuse("wrong-type", declaration.model.span, {
      what: "what a stage trains",
      expected: "a model, such as system([au])",
      actual: describeThing(model),
    });
  }
  const clip = clipOf(stageEntry(stage, "clip", scope), stage, scope);
  const made = newModelBuild(stage, data, clip);
  const names = runModel(model, made, scope);
  return { stage, model: made, names };
}

/** `on d` trains on `d.train` and validates on `d.val`. */
function dataOf(stage: StageThing, scope: Env): DataThing {
  const reporter: Reporter = scope.session.reporter;
  const { data: expr } = stage.declaration;
  let thing = evaluate(expr, scope);
  if (thing.kind === "declaration") thing = instanceOf(scope.session, thing, expr.span) ?? thing;
  if (thing.kind === "poison") throw new Refusal();
  if (thing.kind === "part") return reporter.refuse("not-yet", expr.span, { what: "training on a part of the data" });
  if (thing.kind === "data") return thing;
  return reporter.refuse("wrong-type", expr.span, {
    what: "what a stage is trained on",
    expected: "data",
    actual: describeThing(thing),
  });
}

export function clipOf(thing: Thing | undefined, stage: StageThing, scope: Env): ClipPlan | undefined {
  if (thing === undefined || thing.kind === "none") return undefined;
  const reporter: Reporter = scope.session.reporter;
  if (thing.kind !== "call") throw new InternalError("a clip that is no call");
  const numberOf = (name: string): number | undefined => {
    const value = thing.args.get(name);
    return value?.kind === "number" ? value.value : undefined;
  };
  const labelOf = (name: string): string | undefined => {
    const value = thing.args.get(name);
    return value?.kind === "label" ? value.name : undefined;
  };
  const length = numberOf("length") ?? 1;
  const hop = numberOf("hop") ?? length;
  if (length < 1 || hop < 1) {
    reporter.refuse("out-of-range", thing.span, {
      what: "a clip's length and hop",
      expected: "at least 1",
      actual: Math.min(length, hop),
    });
  }
  if (hop > length)
    reporter.refuse(
      "hop-over-length",
      thing.span,
      { hop, length },
      { related: [{ span: stage.span, text: `in ${stage.label}` }] },
    );
  const gap = thing.args.get("gap");
  const pad = labelOf("pad");
  return {
    length,
    hop,
    by: labelOf("by") === "frames" ? "frames" : "rows",
    pad: pad === "zero" || pad === "mask" ? pad : "repeat",
    gap: gap?.kind === "quantity" ? gap.value : undefined,
  };
}

function runModel(model: ModelThing, made: ModelBuild, scope: Env): ReadonlyMap<string, Thing> {
  const { declaration } = model;
  const body: Body = { build: made, path: "", definition: "", repeated: new Set(), made: new Map(), depth: 0 };
  const inputs = declaration.inputs.map((input): [string, Thing] => [
    input.name.text,
    attempt<Thing>(
      () => fieldTensor(input.name.text, input.name.span, made, scope),
      () => poison,
    ),
  ]);
  const start = inner(model.env, inputs, body);
  const place = withDefaults(declaration.parameters, model.bound, { ...start, session: scope.session });
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
    forEachSuffix(statement.suffixes, place, (here) => runHead(statement, made, here, body));
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
    if (statement.shape !== undefined && thing.kind === "tensor")
      checkResult(thing, statement.shape, name, here, statement.span);
    place.local?.names.set(name, thing);
  });
}

/** `head t = s -> linear`: the last step may leave out its width, which the task knows (language rule 30). */
function runHead(statement: Extract<Statement, { kind: "head" }>, made: ModelBuild, env: Env, body: Body): void {
  const reporter: Reporter = env.session.reporter;
  const task = evaluateAs(statement.task, env, taskType, "what a head is of");
  if (task.kind !== "task") return;
  const before = made.heads.get(task.name);
  if (before !== undefined) {
    reporter.refuse(
      "duplicate-head",
      statement.task.span,
      { task: task.name },
      { related: [{ span: before.span, text: "the first" }] },
    );
  }
  const width = widthOf(task.meaning);
  const place: Env = { ...env, body: define(body, task.name, statement.value) };
  const value = takenBranch(statement.value, place);
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
  let activation = task.activation;
  for (const entry of statement.body?.entries ?? []) {
    const key = entry.path.segments[0]?.name.text;
    if (key === "activation" && entry.value.kind === "none") activation = "none";
    else reporter.report("not-yet", entry.span, { what: `\`${key}\` of a head` });
  }
  made.heads.set(task.name, { task: { ...task, activation }, logits, span: statement.span });
}

/** A field of the data as the model sees it: an image is [c: 3, h, w] in 0 .. 1 (language rules 38, 39). */
function fieldTensor(name: string, span: Span, made: ModelBuild, scope: Env): TensorThing {
  const reporter: Reporter = scope.session.reporter;
  const fields = made.data.entries.get("fields");
  if (fields?.kind === "poison") throw new Refusal();
  const field = fields?.kind === "map" ? fields.entries.get(name) : undefined;
  if (field === undefined) {
    const names = fields?.kind === "map" ? [...fields.entries.keys()] : [];
    return reporter.refuse(
      "field-not-in-data",
      span,
      { data: made.data.label, field: name },
      {
        help: suggestion(name, names) ?? `it has ${names.map((each) => `\`${each}\``).join(", ")}`,
        related: [{ span: made.stage.span, text: `reached through ${made.stage.label}` }],
      },
    );
  }
  if (field.kind !== "call") throw new Refusal();
  const size = field.args.get("size");
  if (field.name !== "images" || size?.kind !== "number")
    return reporter.refuse("not-yet", field.span, { what: `a field of \`${field.name}\`` });
  const lead: readonly Dim[] = made.time === undefined ? [made.batch] : [made.batch, made.time];
  const { g } = made;
  const bytes = g.input("field", name, { dtype: "uint8", shape: [...lead, size.value, size.value, 3] });
  const numbers = v.scale(g, v.cast(g, bytes, "float32"), 1 / 255);
  const n = lead.length;
  const order = [...lead.map((_, i) => i), n + 2, n, n + 1];
  const axes = made.time === undefined ? ["c", "h", "w"] : ["time", "c", "h", "w"];
  const tensor: TensorThing = { kind: "tensor", wire: v.transpose(g, numbers, order), batched: true, axes };
  made.fields.set(name, tensor);
  return tensor;
}

export const clipType = orNone(call("clip"));
