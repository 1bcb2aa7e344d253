import type { CheckedStage } from "../check/check-stage.ts";
import { instanceOf, thingNamed } from "../check/declarations.ts";
import type { Env } from "../check/env.ts";
import { evaluate } from "../check/evaluate.ts";
import { checkCheckpoint } from "../check/features.ts";
import { visible } from "../check/files.ts";
import { exportKeys } from "../check/keys.ts";
import { checkDeclared } from "../check/names.ts";
import { suggestion } from "../check/nearest.ts";
import { repeats } from "../check/repeated.ts";
import { Refusal, type Reporter } from "../check/reporter.ts";
import type { AssemblyThing, ChosenThing, StageThing, Thing } from "../check/things.ts";
import { describeThing } from "../check/type.ts";
import type { Span as TextSpan } from "../diagnostics/source.ts";
import type { Entry, OutputNode } from "../syntax/ast.ts";
import { exportGraph, type Included } from "./export-graph.ts";
import { readUnalike, withProducers } from "./export-inputs.ts";
import { checkOpset } from "./export-networks.ts";
import { headOutputs } from "./graphs.ts";
import { includedTensors } from "./included.ts";
import { refuseGraph } from "./not-written.ts";
import type { AssemblyPlan, Stream } from "./plan.ts";
import type { ExportedGraph, ExportPlan, IncludedTensor } from "./plan-outputs.ts";
import { type StagePlans, stageOfPlan } from "./stage-plan.ts";
import { unwritten, weightedHeads } from "./weighted-heads.ts";

/** An assembly with the stages that it needs, each after those it needs itself. */
export interface Assembled {
  readonly plan: AssemblyPlan;
  readonly stages: readonly CheckedStage[];
  /** Those whose heads it is made of. */
  readonly heads: readonly CheckedStage[];
  /** Choices that it waits for. */
  readonly choices: readonly ChosenThing[];
}

/** What a plan in the making knows. */
export interface Making {
  readonly assembly: (thing: AssemblyThing) => Assembled | undefined;
  readonly add: (stage: StageThing, span: TextSpan) => CheckedStage | undefined;
  readonly plans: StagePlans;
}

/** What a declaration writes. */
export function targetOf(declaration: OutputNode, env: Env): Thing {
  checkDeclared(declaration.value, "stage or assembly", env, () => outputNames(env));
  const thing = evaluate(declaration.value, env);
  return thing.kind === "declaration" ? (instanceOf(env.session, thing, declaration.value.span) ?? thing) : thing;
}

/** The names of the file that a stage or an assembly has. */
function* outputNames({ session, file }: Env): Generator<string> {
  for (const name of [...file.own.keys(), ...file.used.keys()]) {
    const found = visible(file, name);
    if (found === undefined) continue;
    const { kind } = found.declaration;
    if (kind === "stage" || kind === "assembly" || kind === "sweep") yield name;
    else if (kind === "binding" && outputKinds.has(thingNamed(session, found, found.declaration.span).kind)) yield name;
  }
}

const outputKinds: ReadonlySet<Thing["kind"]> = new Set<Thing["kind"]>([
  "stage",
  "assembly",
  "sweep",
  "chosen",
  "declaration",
]);

/** `export final { opset: 17, include: [s.x] }` (language rule 75). */
export function exportPlan(declaration: OutputNode, env: Env, making: Making): ExportPlan {
  const { session } = env;
  const { add, plans } = making;
  const { opset, include, included } = exportSettings(declaration, env, making);
  const written = (stages: readonly CheckedStage[], streams: readonly Stream[], graph: () => ExportedGraph) => {
    const reasons = new Set(streams.flatMap((stream) => unwritten(stream) ?? []));
    const all = [...stages, ...included.map(({ stage }) => stage)];
    const whole = withProducers(all, plans);
    checkOpset(whole, opset, declaration.value.span, session);
    const unalike = readUnalike(whole);
    if (unalike !== undefined) reasons.add(unalike);
    for (const what of reasons) session.reporter.report("not-yet-written", declaration.value.span, { what });
    const [first] = reasons;
    return first === undefined ? graph : () => refuseGraph(first);
  };
  const thing = targetOf(declaration, env);
  if (thing.kind === "stage") {
    checkCheckpoint({ kind: "member", stage: thing, name: "", span: declaration.value.span }, false, env);
    const stage = add(thing, declaration.span);
    if (stage === undefined) throw new Refusal();
    const graph = () =>
      exportGraph(
        headOutputs(stage).map(({ name }) => ({
          name,
          parts: [{ weight: 1, stage, head: name, checkpoint: thing.checkpoint }],
        })),
        included,
        plans,
      );
    return { of: stageOfPlan(stage, plans, thing.checkpoint), opset, include, graph: written([stage], [], graph) };
  }
  if (thing.kind === "assembly") {
    const assembled = making.assembly(thing);
    if (assembled === undefined) throw new Refusal();
    const { plan, heads } = assembled;
    const byHash = (wanted: string): CheckedStage => {
      for (const stage of heads) if (plans.planOf(stage).hash === wanted) return stage;
      throw new Error("a member's stage is planned");
    };
    const graph = () =>
      exportGraph(
        plan.members.map(({ task, stream }) => ({
          name: task.name,
          parts: weightedHeads(stream).map(({ weight, head }) => ({
            weight,
            stage: byHash(head.stage),
            head: head.task,
            checkpoint: head.checkpoint,
          })),
        })),
        included,
        plans,
      );
    const streams = plan.members.map(({ stream }) => stream);
    return { of: { kind: "assembly", name: plan.name }, opset, include, graph: written(heads, streams, graph) };
  }
  if (thing.kind === "poison") throw new Refusal();
  return session.reporter.refuse("wrong-type", declaration.value.span, {
    what: "what is exported",
    expected: "an assembly or a stage",
    actual: describeThing(thing),
  });
}

interface ExportSettings {
  readonly opset: number;
  readonly include: readonly IncludedTensor[];
  readonly included: readonly Included[];
}

function exportSettings(declaration: OutputNode, env: Env, making: Making): ExportSettings {
  const reporter: Reporter = env.session.reporter;
  let opset = 17;
  const include: IncludedTensor[] = [];
  const included: Included[] = [];
  checkOnce(declaration, reporter);
  for (const entry of declaration.body?.entries ?? []) {
    const key = entry.path.segments[0]?.name.text ?? "";
    if (key === "opset") {
      const thing = evaluate(entry.value, env);
      if (thing.kind !== "number" || thing.value < 17 || thing.value > 21 || !thing.integer) {
        reporter.refuse("out-of-range", entry.value.span, {
          what: "`opset`",
          expected: "from 17 to 21",
          actual: describeThing(thing),
        });
      }
      opset = thing.value;
    } else if (key === "include") {
      for (const [tensor, named] of includedTensors(entry, env, making)) {
        include.push(tensor);
        included.push(named);
      }
    } else {
      const help = suggestion(key, Object.keys(exportKeys)) ?? "it has `opset` and `include`";
      reporter.report("unknown-key", entry.path.span, { where: "an export", key }, { help });
    }
  }
  return { opset, include, included };
}

/** Each key of a block once. */
export function checkOnce({ body }: OutputNode, reporter: Reporter): void {
  const keyOf = ({ path }: Entry) => path.segments[0]?.name.text ?? "";
  for (const [entry, first] of repeats(body?.entries ?? [], keyOf)) {
    const related = [{ span: first.path.span, text: "first set here" }];
    reporter.report("duplicate-key", entry.path.span, { key: keyOf(entry) }, { related });
  }
}
