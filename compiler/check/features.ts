import type { Span } from "../diagnostics/source.ts";
import type { Body } from "./body.ts";
import { buildStage } from "./build-stage.ts";
import type { Env } from "./env.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import { dimsOf, type MemberThing, type TensorThing } from "./things.ts";

/**
 * Another stage's tensor here: without the producer's batch and time axes, behind those of the consumer; one value per frame, always
 * constant (language rule 47).
 */
export function featureTensor(member: MemberThing, env: Env, body: Body, span: Span): TensorThing {
  const reporter: Reporter = env.session.reporter;
  const input = `${member.stage.label}.${member.name}`;
  const known = body.build.features.get(input);
  if (known !== undefined) return known.value;
  const producer = buildStage(env.session, member.stage, span);
  const head = producer.model.heads.get(member.name);
  const made = head?.logits ?? producer.names.get(member.name);
  if (made?.kind !== "tensor") {
    return reporter.refuse(
      "no-member",
      member.span,
      { what: member.stage.label, name: member.name },
      {
        help: suggestion(
          member.name,
          [...producer.names].filter(([, thing]) => thing.kind === "tensor").map(([name]) => name),
        ),
      },
    );
  }
  const time = made.axes.indexOf("time");
  const axes = made.axes.filter((axis) => axis !== "time");
  const shape: number[] = [];
  for (const [i, dim] of dimsOf(made).entries()) {
    if (i === time) continue;
    if (typeof dim !== "number") {
      return reporter.refuse(
        "size-unknown",
        span,
        { axis: made.axes[i] ?? "?" },
        {
          help: `${input} must have one value per frame`,
        },
      );
    }
    shape.push(dim);
  }
  if (!made.batched || (producer.model.time !== undefined && time < 0)) {
    return reporter.refuse("wrong-type", span, {
      what: input,
      expected: "a tensor with one value per frame",
      actual: "one without",
    });
  }
  const { build } = body;
  const lead = build.time === undefined ? [build.batch] : [build.batch, build.time];
  const wire = build.g.input("feature", input, { dtype: "float32", shape: [...lead, ...shape] });
  const tensor: TensorThing = {
    kind: "tensor",
    wire,
    batched: true,
    axes: build.time === undefined ? axes : ["time", ...axes],
  };
  build.features.set(input, { input, producer: member.stage, name: member.name, shape, value: tensor });
  return tensor;
}
