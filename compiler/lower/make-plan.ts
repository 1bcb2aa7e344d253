import type { Asked } from "../check/asked.ts";
import type { CheckedStage } from "../check/check-stage.ts";
import { checkDeclarationText } from "../check/declaration-text.ts";
import { isStandard } from "../check/files.ts";
import { checkHiddenNames } from "../check/hidden-names.ts";
import type { Session } from "../check/session.ts";
import { checkDefaults } from "../check/unread-defaults.ts";
import { invariant } from "../ir/invariant.ts";
import { boundNames, warnUnused } from "./file-names.ts";
import { askedPart, partOf, plansOf } from "./part.ts";
import type { AssemblyPlan, ChoicePlan, Plan, StagePlan } from "./plan.ts";

/** A plan, and the checked stage behind each of its stages, for what explains and draws them. */
export interface Planning {
  readonly plan: Plan;
  readonly stages: readonly PlannedStage[];
}

export interface PlannedStage {
  readonly plan: StagePlan;
  readonly checked: CheckedStage;
}

/** Checks everything the main file declares and what else is asked about, and makes the plan of it. Mistakes are in the session's reporter. */
export function makePlan(session: Session, asked: readonly Asked[] = []): Planning {
  const file = session.main;
  invariant(file !== undefined, "no file was opened");
  const { declarations } = file.node;
  const plans = plansOf(session);
  plans.names = boundNames(session, file);
  const parts = [
    ...declarations.map((declaration) => partOf(session, file, declaration)),
    ...asked.map((each) => askedPart(session, file, each)),
  ];
  checkDefaults(session, file);
  for (const each of session.files.values()) {
    if (isStandard(each.source.name)) continue;
    checkDeclarationText(session, each);
    checkHiddenNames(session, each);
  }
  warnUnused(
    session,
    file,
    declarations.some(({ kind }) => kind === "stage"),
  );
  const checked = new Map(parts.flatMap((part) => part.stages.map((stage) => [stage.stage.key, stage] as const)));
  const stages = [...checked.values()].map((stage) => ({ plan: plans.planOf(stage), checked: stage }));
  const assemblies = new Map<string, AssemblyPlan>();
  for (const part of parts) for (const plan of part.assemblies) assemblies.set(plan.name, plan);
  return {
    stages,
    plan: {
      stages: stages.map(({ plan }) => plan),
      assemblies: [...assemblies.values()],
      exports: parts.flatMap((part) => part.exports),
      sweeps: parts.flatMap((part) => part.sweeps),
      submissions: parts.flatMap((part) => part.submissions),
      choices: mergedChoices(parts.flatMap((part) => part.choices)),
    },
  };
}

/** Several declarations may wait for the same choice. */
function mergedChoices(choices: readonly ChoicePlan[]): readonly ChoicePlan[] {
  const merged = new Map<string, ChoicePlan>();
  for (const choice of choices) {
    const before = merged.get(choice.key);
    merged.set(choice.key, { ...choice, waiting: [...(before?.waiting ?? []), ...choice.waiting] });
  }
  return [...merged.values()];
}
