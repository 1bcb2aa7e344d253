import { type CheckedStage, checkStage } from "../check/check-stage.ts";
import { dataPlan } from "../check/data-plan.ts";
import { checkDeclarationText } from "../check/declaration-text.ts";
import { fileEnv, instanceOf, thingNamed } from "../check/declarations.ts";
import { visible } from "../check/files.ts";
import { checkHiddenNames } from "../check/hidden-names.ts";
import { attempt } from "../check/reporter.ts";
import type { Session } from "../check/session.ts";
import { isStandard } from "../check/standard.ts";
import type { AssemblyThing, StageThing, Thing } from "../check/things.ts";
import { checkDefaults } from "../check/unread-defaults.ts";
import type { Span as TextSpan } from "../diagnostics/source.ts";
import { invariant } from "../ir/invariant.ts";
import { assemblyPlan } from "./assemblies.ts";
import { boundNames, warnUnused } from "./file-names.ts";
import { checkSubmission, exportPlan } from "./outputs.ts";
import type { AssemblyPlan, ExportPlan, Plan, StagePlan, SweepPlan } from "./plan.ts";
import { StagePlans } from "./stage-plan.ts";
import { sweepPlan } from "./sweep-plans.ts";

/** A plan, and the checked stage behind each of its stages, for what explains and draws them. */
export interface Planning {
  readonly plan: Plan;
  readonly stages: readonly PlannedStage[];
}

export interface PlannedStage {
  readonly plan: StagePlan;
  readonly checked: CheckedStage;
}

/** Checks everything the main file declares and makes the plan of it. Mistakes are in the session's reporter. */
export function makePlan(session: Session): Planning {
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
  const order: PlannedStage[] = [];
  const add = (stage: StageThing, span: TextSpan): CheckedStage | undefined => {
    const known = checked.get(stage.key);
    if (known !== undefined) return known;
    const made = checkStage(session, stage, span);
    if (made === undefined) return undefined;
    for (const need of made.needs) if (add(need, span) === undefined) return undefined;
    checked.set(stage.key, made);
    order.push({ plan: plans.planOf(made), checked: made });
    return made;
  };
  const hash = (stage: CheckedStage): (() => string) => {
    add(stage.stage, stage.stage.span);
    return () => plans.planOf(stage).hash;
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
            if (thing.kind === "data") dataPlan(session, thing);
            if (thing.kind === "sweep" && declaration.kind === "sweep") {
              for (const point of thing.points) {
                if (point.thing.kind === "stage") add(point.thing, point.span);
                else assembly(point.thing);
              }
              sweeps.push(
                sweepPlan(thing, declaration, env, { stage: ({ key }) => checked.get(key), assembly, plans }),
              );
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
            exports.push(exportPlan(declaration, env, { assembly, add, plans, checked }));
            break;
          case "submit":
            checkSubmission(declaration, env, { assembly, add, plans, checked });
            break;
          default:
        }
      },
      () => undefined,
    );
  }
  checkDefaults(session, file);
  for (const each of session.files.values()) {
    if (isStandard(each)) continue;
    checkDeclarationText(session, each);
    checkHiddenNames(session, each);
  }
  warnUnused(
    session,
    file,
    file.node.declarations.some(({ kind }) => kind === "stage"),
  );
  return {
    stages: order,
    plan: {
      stages: order.map(({ plan }) => plan),
      assemblies: [...assemblies.values()].filter((each) => each !== undefined),
      exports,
      sweeps,
    },
  };
}

function hasDefaults(thing: Extract<Thing, { kind: "declaration" }>): boolean {
  return (
    "parameters" in thing.declaration && thing.declaration.parameters.every(({ fallback }) => fallback !== undefined)
  );
}
