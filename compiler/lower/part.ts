import type { Asked } from "../check/asked.ts";
import { type CheckedStage, checkedStage, checkStage } from "../check/check-stage.ts";
import { dataPlan } from "../check/data-plan.ts";
import { fileEnv, instanceOf, thingNamed } from "../check/declarations.ts";
import { type FileScope, visible } from "../check/files.ts";
import { memoKind } from "../check/memo.ts";
import { attempt } from "../check/reporter.ts";
import type { Session } from "../check/session.ts";
import type { AssemblyThing, ChosenThing, StageThing, Thing } from "../check/things.ts";
import { type Span as TextSpan, textIn } from "../diagnostics/source.ts";
import { invariant } from "../ir/invariant.ts";
import type { Declaration } from "../syntax/ast.ts";
import { assemblyPlan } from "./assemblies.ts";
import { type Assembled, exportPlan } from "./outputs.ts";
import type { AssemblyPlan, ChoicePlan, SweepPlan, Waiting } from "./plan.ts";
import type { ExportPlan, SubmissionPlan } from "./plan-outputs.ts";
import { StagePlans, stageOfPlan } from "./stage-plan.ts";
import { submissionPlan } from "./submissions.ts";
import { sweepPlan } from "./sweep-plans.ts";

/** What one declaration asks to be done. Stages stand after those that they need. */
export interface Part {
  readonly stages: readonly CheckedStage[];
  readonly assemblies: readonly AssemblyPlan[];
  readonly exports: readonly ExportPlan[];
  readonly sweeps: readonly SweepPlan[];
  readonly submissions: readonly SubmissionPlan[];
  readonly choices: readonly ChoicePlan[];
}

const parts = memoKind<Part>();
const assemblies = memoKind<Assembled | undefined>();
const planners = new WeakMap<Session, StagePlans>();

/** The plans of a session's stages. */
export function plansOf(session: Session): StagePlans {
  const known = planners.get(session);
  if (known !== undefined) return known;
  const plans = new StagePlans((key) => {
    const stage = checkedStage(session, key);
    invariant(stage !== undefined, "a stage is planned before what it needs");
    return stage;
  });
  planners.set(session, plans);
  return plans;
}

/** Checks a declaration and plans what it asks for. */
export function partOf(session: Session, file: FileScope, declaration: Declaration): Part {
  return parts(session).get(declaration, () => new Planner(session, file).part(declaration), {
    decidedBy: () => textIn(declaration.span),
    inTheMaking: () => session.reporter.silent(),
  });
}

/** The same for what was asked about from outside. */
export function askedPart(session: Session, file: FileScope, asked: Asked): Part {
  return new Planner(session, file).askedPart(asked);
}

class Planner {
  readonly #session: Session;
  readonly #file: FileScope;
  readonly #plans: StagePlans;
  readonly #stages = new Map<string, CheckedStage>();
  readonly #assemblies = new Map<string, AssemblyPlan>();
  readonly #exports: ExportPlan[] = [];
  readonly #sweeps: SweepPlan[] = [];
  readonly #submissions: SubmissionPlan[] = [];
  readonly #choices = new Map<string, ChoicePlan>();

  constructor(session: Session, file: FileScope) {
    this.#session = session;
    this.#file = file;
    this.#plans = plansOf(session);
  }

  part(declaration: Declaration): Part {
    attempt(
      () => this.#read(declaration),
      () => undefined,
    );
    return this.#part;
  }

  askedPart({ thing, span }: Asked): Part {
    if (thing.kind === "stage") this.#add(thing, span);
    if (thing.kind === "assembly") this.#assembly(thing);
    return this.#part;
  }

  get #part(): Part {
    return {
      stages: [...this.#stages.values()],
      assemblies: [...this.#assemblies.values()],
      exports: this.#exports,
      sweeps: this.#sweeps,
      submissions: this.#submissions,
      choices: [...this.#choices.values()],
    };
  }

  #read(declaration: Declaration): void {
    const session = this.#session;
    const file = this.#file;
    const env = fileEnv(session, file);
    const making = {
      plans: this.#plans,
      add: (stage: StageThing, span: TextSpan) => this.#add(stage, span),
      assembly: (thing: AssemblyThing) => this.#assembly(thing),
    };
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
        if (thing.kind === "stage") this.#add(thing, declaration.span);
        if (thing.kind === "assembly") this.#assembly(thing);
        if (thing.kind === "data") dataPlan(session, thing);
        if (thing.kind !== "sweep" || declaration.kind !== "sweep") break;
        for (const point of thing.points) {
          if (point.thing.kind === "stage") this.#add(point.thing, point.span);
          else this.#assembly(point.thing);
        }
        this.#sweeps.push(
          sweepPlan(thing, declaration, env, {
            stage: ({ key }) => this.#stages.get(key),
            assembly: (each) => this.#assembly(each)?.plan,
            plans: this.#plans,
          }),
        );
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
        if (declaration.kind !== "data" || thing.kind !== "declaration" || !hasDefaults(thing)) break;
        const made = instanceOf(session, thing, declaration.name.span);
        if (made?.kind === "data") dataPlan(session, made);
        break;
      }
      case "export":
        this.#exports.push(exportPlan(declaration, env, making));
        break;
      case "submit":
        this.#submissions.push(submissionPlan(declaration, env, making));
        break;
      default:
    }
  }

  #add(stage: StageThing, span: TextSpan): CheckedStage | undefined {
    const known = this.#stages.get(stage.key);
    if (known !== undefined) return known;
    const made = checkStage(this.#session, stage, span);
    if (made === undefined) return undefined;
    for (const need of made.needs) if (this.#add(need, span) === undefined) return undefined;
    for (const choice of made.choices) this.#choice(choice, span, stageOfPlan(made, this.#plans));
    this.#stages.set(stage.key, made);
    return made;
  }

  /** What is to be chosen, after the choices that it waits for itself. */
  #choice({ key, stages, judgedBy, searches, inner }: ChosenThing, span: TextSpan, waiting: Waiting): void {
    for (const each of inner) this.#choice(each, span, { kind: "choice", key });
    const among = stages.flatMap((stage) => {
      const made = this.#add(stage, span);
      return made === undefined ? [] : [stageOfPlan(made, this.#plans, stage.checkpoint)];
    });
    const known = this.#choices.get(key)?.waiting ?? [];
    this.#choices.set(key, {
      key,
      stages: among,
      metric: judgedBy,
      searches,
      waiting: [...known, waiting],
    });
  }

  #assembly(thing: AssemblyThing): Assembled | undefined {
    const { label } = thing;
    const made = assemblies(this.#session).get(label, () => assembled(thing, this.#session, this.#file), {
      decidedBy: () => label,
      inTheMaking: () => undefined,
    });
    if (made === undefined) return undefined;
    this.#assemblies.set(label, made.plan);
    for (const { stage } of made.stages) this.#add(stage, stage.span);
    for (const choice of made.choices)
      this.#choice(choice, thing.declaration.span, { kind: "assembly", name: made.plan.name });
    return made;
  }

  /** The assembly with the stages it needs, apart from any declaration. */
  assemble(thing: AssemblyThing): Assembled {
    const choices = new Map<string, ChosenThing>();
    const heads = new Set<CheckedStage>();
    const plan = assemblyPlan(
      thing,
      this.#session,
      (stage) => {
        this.#add(stage.stage, stage.stage.span);
        heads.add(stage);
        return () => this.#plans.planOf(stage).hash;
      },
      (choice) => choices.set(choice.key, choice),
    );
    return { plan, stages: [...this.#stages.values()], heads: [...heads], choices: [...choices.values()] };
  }
}

function assembled(thing: AssemblyThing, session: Session, file: FileScope): Assembled | undefined {
  return attempt<Assembled | undefined>(
    () => new Planner(session, file).assemble(thing),
    () => undefined,
  );
}

function hasDefaults(thing: Extract<Thing, { kind: "declaration" }>): boolean {
  return (
    "parameters" in thing.declaration && thing.declaration.parameters.every(({ fallback }) => fallback !== undefined)
  );
}
