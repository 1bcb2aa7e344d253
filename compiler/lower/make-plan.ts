import { type CheckedStage, checkStage } from "../check/check-stage.ts";
import { dataPlan } from "../check/data-plan.ts";
import { fileEnv, instanceOf, thingNamed } from "../check/declarations.ts";
import type { Env } from "../check/env.ts";
import { evaluate, forEachSuffix, keyOf } from "../check/evaluate.ts";
import { visible } from "../check/files.ts";
import { withDefaults } from "../check/parameters.ts";
import { attempt, Refusal, type Reporter } from "../check/reporter.ts";
import type { Session } from "../check/session.ts";
import type { AssemblyThing, StageThing, Thing } from "../check/things.ts";
import { metricOf } from "../check/training.ts";
import { describeThing } from "../check/type.ts";
import type { Span as TextSpan } from "../diagnostics/source.ts";
import { GraphBuilder } from "../ir/builder.ts";
import { type Dim, symbol } from "../ir/dim.ts";
import type { Graph, GraphOutput } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import { opRules } from "../ops/index.ts";
import { cleaning, runPasses } from "../passes/index.ts";
import type { OutputNode, SweepNode } from "../syntax/ast.ts";
import { boundNames, warnUnused } from "./file-names.ts";
import { headOutputs, inlined } from "./graphs.ts";
import type { AssemblyPlan, ExportPlan, MemberPlan, Plan, StagePlan, Stream, SweepPlan } from "./plan.ts";
import { StagePlans } from "./stage-plan.ts";
import { streamOf } from "./streams.ts";

/** Checks everything the main file declares and makes the plan of it. Mistakes are in the session's reporter. */
export function makePlan(session: Session): Plan {
  const file = session.main;
  invariant(file !== undefined, "no file was opened");
  const env = fileEnv(session, file);
  const checked = new Map<string, CheckedStage>();
  const names = boundNames(session, file);
  const plans = new StagePlans(
    (key) => {
      const stage = checked.get(key);
      invariant(stage !== undefined, "a stage is planned before what it needs");
      return stage;
    },
    ({ key }) => names.get(key),
  );
  const order: StagePlan[] = [];
  const add = (stage: StageThing, span: TextSpan): CheckedStage | undefined => {
    const known = checked.get(stage.key);
    if (known !== undefined) return known;
    const made = checkStage(session, stage, span);
    if (made === undefined) return undefined;
    for (const need of made.needs) if (add(need, span) === undefined) return undefined;
    checked.set(stage.key, made);
    order.push(plans.planOf(made));
    return made;
  };
  const hash = (stage: CheckedStage): string => {
    add(stage.stage, stage.stage.span);
    return plans.planOf(stage).hash;
  };
  const assemblies = new Map<string, AssemblyPlan | undefined>();
  const exports: ExportPlan[] = [];
  const sweeps: SweepPlan[] = [];

  const assembly = (thing: AssemblyThing): AssemblyPlan | undefined => {
    if (assemblies.has(thing.label)) return assemblies.get(thing.label);
    const plan = attempt(
      () => assemblyPlan(thing, session, hash),
      () => undefined,
    );
    assemblies.set(thing.label, plan);
    return plan;
  };

  for (const declaration of file.node.declarations) {
    attempt(
      () => {
        switch (declaration.kind) {
          case "binding":
          case "stage":
          case "sweep":
          case "assembly": {
            const found = visible(file, declaration.name.text);
            if (found === undefined || found.declaration !== declaration) break;
            let thing = thingNamed(session, found, declaration.name.span);
            if (thing.kind === "declaration" && hasDefaults(thing))
              thing = instanceOf(session, thing, declaration.name.span) ?? thing;
            if (thing.kind === "stage") add(thing, declaration.span);
            if (thing.kind === "assembly") assembly(thing);
            if (thing.kind === "sweep" && declaration.kind === "sweep") {
              for (const point of thing.points) add(point.stage, point.span);
              sweeps.push(sweepPlan(thing, declaration, env, (stage) => checked.get(stage.key), plans));
            }
            break;
          }
          case "data":
          case "task":
          case "encoder":
          case "module":
          case "loss":
          case "model": {
            const found = visible(file, declaration.name.text);
            if (found === undefined) break;
            const thing = thingNamed(session, found, declaration.name.span);
            if (declaration.kind === "data" && thing.kind === "declaration" && hasDefaults(thing)) {
              const made = instanceOf(session, thing, declaration.name.span);
              if (made?.kind === "data") dataPlan(session, made);
            }
            break;
          }
          case "export":
            exports.push(exportPlan(declaration, env, assembly, add, plans, checked));
            break;
          case "submit":
            session.reporter.report("not-yet", declaration.span, { what: "`submit`" });
            break;
          default:
        }
      },
      () => undefined,
    );
  }
  warnUnused(session, file, order.length > 0);
  return {
    stages: order,
    assemblies: [...assemblies.values()].filter((each) => each !== undefined),
    exports,
    sweeps,
  };
}

function hasDefaults(thing: Extract<Thing, { kind: "declaration" }>): boolean {
  return (
    "parameters" in thing.declaration && thing.declaration.parameters.every(({ fallback }) => fallback !== undefined)
  );
}

function assemblyPlan(thing: AssemblyThing, session: Session, hash: (stage: CheckedStage) => string): AssemblyPlan {
  const { declaration } = thing;
  const reporter: Reporter = session.reporter;
  const env = withDefaults(declaration.parameters, thing.bound, thing.env);
  let data = evaluate(declaration.data, env);
  if (data.kind === "declaration") data = instanceOf(session, data, declaration.data.span) ?? data;
  if (data.kind !== "data") {
    if (data.kind === "poison") throw new Refusal();
    return reporter.refuse("wrong-type", declaration.data.span, {
      what: "what an assembly is on",
      expected: "data",
      actual: describeThing(data),
    });
  }
  const plan = dataPlan(session, data);
  const members: MemberPlan[] = [];
  const seen = new Map<string, TextSpan>();
  for (const entry of declaration.body.entries) {
    forEachSuffix(entry.suffixes, env, (place) => {
      attempt(
        () => {
          const name = keyOf(entry.path, place);
          const before = seen.get(name);
          if (before !== undefined)
            reporter.refuse(
              "duplicate-key",
              entry.path.span,
              { key: name },
              { related: [{ span: before, text: "first set here" }] },
            );
          seen.set(name, entry.path.span);
          const task = plan.tasks.find((each) => each.name === name);
          if (task === undefined) {
            reporter.refuse(
              "task-not-in-data",
              entry.path.span,
              { data: plan.name, task: name },
              { help: `it labels ${plan.tasks.map((each) => each.name).join(", ")}` },
            );
          }
          members.push({ task, stream: streamOf(evaluate(entry.value, place), task, place, entry.value.span, hash) });
        },
        () => undefined,
      );
    });
  }
  return { name: thing.label, data: plan, members };
}

function sweepPlan(
  thing: Extract<Thing, { kind: "sweep" }>,
  declaration: SweepNode,
  env: Env,
  checkedOf: (stage: StageThing) => CheckedStage | undefined,
  plans: StagePlans,
): SweepPlan {
  const points = thing.points.flatMap(({ label, stage }) => {
    const checked = checkedOf(stage);
    return checked === undefined ? [] : [{ label, stage: plans.planOf(checked).hash }];
  });
  const report: SweepPlan["report"][number][] = [];
  const entry = declaration.body.entries.find(({ path }) => path.segments[0]?.name.text === "report");
  const first = thing.points[0];
  const checked = first === undefined ? undefined : checkedOf(first.stage);
  if (entry !== undefined && checked !== undefined) {
    const place = { ...checked.loss.scope, body: undefined };
    const list = evaluate(entry.value, { ...place, file: env.file });
    for (const item of list.kind === "list" ? list.items : [list]) {
      const name = entry.value.span.source.text.slice(entry.value.span.start, entry.value.span.end);
      report.push({
        name: item.kind === "call" ? textOf(item.span) : name,
        metric: metricOf(
          item,
          checked.tasks.map((task) => task.name),
          place,
          entry.value.span,
        ),
      });
    }
  }
  return { name: thing.name, points, report };
}

function textOf({ source, start, end }: TextSpan): string {
  return source.text.slice(start, end);
}

function exportPlan(
  declaration: OutputNode,
  env: Env,
  assembly: (thing: AssemblyThing) => AssemblyPlan | undefined,
  add: (stage: StageThing, span: TextSpan) => CheckedStage | undefined,
  plans: StagePlans,
  checked: ReadonlyMap<string, CheckedStage>,
): ExportPlan {
  const { session } = env;
  let thing = evaluate(declaration.value, env);
  if (thing.kind === "declaration") thing = instanceOf(session, thing, declaration.value.span) ?? thing;
  const opset = opsetOf(declaration, env);
  const byHash = (wanted: string): CheckedStage => {
    for (const stage of checked.values()) if (plans.planOf(stage).hash === wanted) return stage;
    throw new Refusal();
  };
  if (thing.kind === "stage") {
    const stage = add(thing, declaration.span);
    if (stage === undefined) throw new Refusal();
    const { hash } = plans.planOf(stage);
    return {
      of: { kind: "stage", hash },
      opset,
      graph: () =>
        exportGraph(
          headOutputs(stage).map(({ name }) => ({ stage, head: name, name })),
          plans,
          checked,
        ),
    };
  }
  if (thing.kind === "assembly") {
    const plan = assembly(thing);
    if (plan === undefined) throw new Refusal();
    if (plan.members.some(({ stream }) => isBlend(stream))) {
      session.reporter.refuse("not-yet", declaration.value.span, { what: "the export of a blend of streams" });
    }
    return {
      of: { kind: "assembly", name: plan.name },
      opset,
      graph: () =>
        exportGraph(
          plan.members.map(({ task, stream }) => ({
            stage: byHash(onlyHead(stream)),
            head: task.name,
            name: task.name,
          })),
          plans,
          checked,
        ),
    };
  }
  if (thing.kind === "poison") throw new Refusal();
  return session.reporter.refuse("wrong-type", declaration.value.span, {
    what: "what is exported",
    expected: "an assembly or a stage",
    actual: describeThing(thing),
  });
}

/** Smoothing and thresholds stay outside the exported graph: they need a whole video. */
function onlyHead(stream: Stream): string {
  if (stream.kind === "head") return stream.stage;
  invariant(stream.kind !== "mean", "a blend is refused");
  return onlyHead(stream.stream);
}

function isBlend(stream: Stream): boolean {
  if (stream.kind === "mean") return true;
  return stream.kind !== "head" && isBlend(stream.stream);
}

function opsetOf(declaration: OutputNode, env: Env): number {
  let opset = 17;
  for (const entry of declaration.body?.entries ?? []) {
    const key = entry.path.segments[0]?.name.text ?? "";
    if (key === "opset") {
      const thing = evaluate(entry.value, env);
      if (thing.kind !== "number" || thing.value < 17 || thing.value > 21 || !thing.integer) {
        env.session.reporter.refuse("out-of-range", entry.value.span, {
          what: "`opset`",
          expected: "from 17 to 21",
          actual: describeThing(thing),
        });
      }
      opset = thing.value;
    } else if (key === "include") env.session.reporter.report("not-yet", entry.span, { what: "`include`" });
    else
      env.session.reporter.report(
        "unknown-key",
        entry.path.span,
        { where: "an export", key },
        { help: "it has `opset`" },
      );
  }
  return opset;
}

interface Exported {
  readonly stage: CheckedStage;
  readonly head: string;
  readonly name: string;
}

/** One inference graph for all members, with one input for each field. */
function exportGraph(
  members: readonly Exported[],
  plans: StagePlans,
  checked: ReadonlyMap<string, CheckedStage>,
): Graph {
  const g = new GraphBuilder(opRules);
  const everything = new Set<CheckedStage>();
  const collect = (stage: CheckedStage) => {
    everything.add(stage);
    for (const { producer } of stage.built.model.features.values()) {
      const other = checked.get(producer.key);
      if (other !== undefined) collect(other);
    }
  };
  for (const { stage } of members) collect(stage);
  const time = [...everything].some(({ built }) => built.model.time !== undefined);
  const outputs = members.map(({ stage, head, name }): GraphOutput => {
    const output = headOutputs(stage).find((each) => each.name === head);
    invariant(output !== undefined, `no head ${head}`);
    const [value] = inlined(g, stage, [output.value], {
      name: (each) => plans.planOf(each).hash,
      image: (field, height, width) => {
        const lead: readonly Dim[] = time ? [symbol("batch"), symbol("time")] : [symbol("batch")];
        return g.input("field", field, { dtype: "float32", shape: [...lead, 3, height, width] });
      },
      time,
      stage: (key) => {
        const other = checked.get(key);
        invariant(other !== undefined, "a producer is unknown");
        return other;
      },
    });
    invariant(value !== undefined, "a member has one output");
    return { name, value };
  });
  return runPasses({ name: "inference", outputs }, cleaning);
}
