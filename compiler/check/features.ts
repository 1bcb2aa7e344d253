import type { Span } from "../diagnostics/source.ts";
import type { Body } from "./body.ts";
import { buildStage } from "./build-stage.ts";
import { checkpointMeant, checkpointNames } from "./checkpoints.ts";
import type { Env } from "./env.ts";
import { madeOfFrames } from "./in-evaluation.ts";
import type { ModelBuild } from "./model-build.ts";
import { hasField } from "./model-data.ts";
import { suggestion } from "./nearest.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { dimsOf, type MemberThing, type TensorThing } from "./things.ts";

/** What another stage's tensor is, per frame: without that stage's batch and time axes (language rule 47). */
export function producedTensor(
  member: MemberThing,
  env: Env,
  span: Span,
): { readonly axes: readonly string[]; readonly shape: readonly number[] } {
  const reporter: Reporter = env.session.reporter;
  const producer = buildStage(env.session, member.stage, span);
  const head = producer.model.heads.get(member.name);
  const made = head?.logits ?? producer.names.get(member.name);
  if (made?.kind === "poison") throw new Refusal();
  if (made?.kind !== "tensor") {
    const tensors = [...producer.names].filter(([, thing]) => thing.kind === "tensor").map(([name]) => name);
    return reporter.refuse(
      "no-member",
      member.span,
      { what: member.stage.label, name: member.name },
      { help: suggestion(member.name, [...tensors, ...producer.model.heads.keys()]) },
    );
  }
  checkCheckpoint(member, head !== undefined, env);
  const label = `${member.stage.label}.${member.name}`;
  const time = made.axes.indexOf("time");
  const shape: number[] = [];
  for (const [i, dim] of dimsOf(made).entries()) {
    if (i === time) continue;
    if (typeof dim !== "number")
      return reporter.refuse(
        "size-unknown",
        span,
        { axis: made.axes[i] ?? "?" },
        { help: `${label} must have one value per frame` },
      );
    shape.push(dim);
  }
  if (!made.batched || (producer.model.time !== undefined && time < 0)) {
    return reporter.refuse("wrong-type", span, {
      what: label,
      expected: "a tensor with one value per frame",
      actual: "one without",
    });
  }
  if (!madeOfFrames(made.wire)) {
    return reporter.refuse(
      "wrong-type",
      span,
      { what: label, expected: "made of what a frame has", actual: "the same whatever a frame has" },
      { help: "draw it in the model that reads it, as in normal_like(x)" },
    );
  }
  return { axes: made.axes.filter((axis) => axis !== "time"), shape };
}

/** Another stage's tensor here: its axes per frame behind the batch and time of this model; always constant (language rule 47). */
export function featureTensor(member: MemberThing, env: Env, body: Body, span: Span): TensorThing {
  const checkpoint = checkpointMeant(member.stage, member.name, env.session);
  const which = checkpoint === undefined ? "" : `[${checkpoint}]`;
  const input = `${member.stage.call}${which}.${member.name}`;
  const known = body.build.features.get(input);
  if (known !== undefined) return known.value;
  const { axes, shape } = producedTensor(member, env, span);
  const { build } = body;
  checkFields(member, build, env, span);
  const lead = build.time === undefined ? [build.batch] : [build.batch, build.time];
  const wire = build.g.input("feature", input, { dtype: "float32", shape: [...lead, ...shape] });
  const tensor: TensorThing = {
    kind: "tensor",
    wire,
    batched: true,
    axes: build.time === undefined ? axes : ["time", ...axes],
  };
  build.features.set(input, { input, producer: member.stage, checkpoint, name: member.name, shape, value: tensor });
  return tensor;
}

/** A stage with a checkpoint for each name has a tensor for each: which one must be said (language rule 63). */
export function checkCheckpoint({ stage, name, span }: MemberThing, isHead: boolean, env: Env): void {
  const names = checkpointNames(stage, env.session);
  if (names.length === 0 || stage.checkpoint !== undefined || (isHead && names.includes(name))) return;
  const checkpoints = names.map((each) => `\`${each}\``).join(", ");
  env.session.reporter.report(
    "needs-checkpoint",
    span,
    { stage: stage.label, name: name === "" ? stage.label : name, checkpoints },
    { help: `such as ${stage.label}[${names[0]}]${name === "" ? "" : `.${name}`}` },
  );
}

/** What a finished stage's tensor is made of, the data of this stage must have too. */
function checkFields(member: MemberThing, { data, stage }: ModelBuild, env: Env, span: Span): void {
  const { reporter } = env.session;
  const { fields } = buildStage(env.session, member.stage, span).model;
  const lacking = [...fields.keys()].find((name) => !hasField(data, name, reporter));
  if (lacking === undefined) return;
  const help = `${member.stage.label}.${member.name} is made of it`;
  const related = [{ span: stage.span, text: `reached through ${stage.label}` }];
  reporter.refuse("field-not-in-data", span, { data: data.label, field: lacking }, { help, related });
}
