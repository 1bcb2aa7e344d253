import { exportName, sourceStages, stagesOf } from "../../compiler/lower/describe-plan.ts";
import type { AssemblyPlan, ChoicePlan, Plan, StagePlan, SweepPlan } from "../../compiler/lower/plan.ts";

/** What of a plan can be asked for by name. */
export function namesIn({ stages, assemblies, sweeps }: Plan): readonly string[] {
  return [
    ...sweeps.map(({ name }) => name),
    ...assemblies.map(({ name }) => name),
    ...stages.map(({ label }) => label),
  ];
}

/** The part of a plan that sweeps, assemblies and stages with these names need; undefined of the first name that there is none of. */
export function planPart(plan: Plan, names: readonly string[]): { readonly plan: Plan } | { readonly unknown: string } {
  const sweeps = new Set<SweepPlan>();
  const assemblies = new Set<AssemblyPlan>();
  const wanted = new Set<string>();
  const assemblyNamed = (name: string) => plan.assemblies.find((each) => each.name === name);
  for (const name of names) {
    const sweep = plan.sweeps.find((each) => each.name === name);
    const assembly = assemblyNamed(name);
    const stage = plan.stages.find(({ label }) => label === name);
    if (sweep !== undefined) sweeps.add(sweep);
    else if (assembly !== undefined) assemblies.add(assembly);
    else if (stage !== undefined) wanted.add(stage.hash);
    else return { unknown: name };
  }
  for (const { points } of sweeps) {
    for (const point of points) {
      for (const hash of pointStages(plan, point)) wanted.add(hash);
      const assembly = point.of.kind === "assembly" ? assemblyNamed(point.of.name) : undefined;
      if (assembly !== undefined) assemblies.add(assembly);
    }
  }
  for (const assembly of assemblies) for (const hash of assemblyStages(assembly)) wanted.add(hash);
  const kept = new Set([...assemblies].map(({ name }) => name));
  const exports = plan.exports.filter((each) =>
    each.of.kind === "assembly" ? kept.has(each.of.name) : names.includes(exportName(plan, each)),
  );
  for (const { include } of exports) for (const { stage } of include) wanted.add(stage);
  const { needed, choices } = withChoices(plan, wanted, kept);
  const searched = new Set([...choices].flatMap((choice) => choice.searches));
  return {
    plan: {
      stages: plan.stages.filter(({ hash }) => needed.has(hash)),
      assemblies: plan.assemblies.filter((each) => assemblies.has(each)),
      exports,
      // What a choice waits for is searched to its end.
      sweeps: plan.sweeps.filter((each) => sweeps.has(each) || searched.has(each.name)),
      submissions: plan.submissions.filter(({ of }) => kept.has(of)),
      choices: plan.choices.filter((each) => choices.has(each)),
    },
  };
}

/** The stages that some need, and the choices that these or some assemblies wait for, with all that is to be chosen among. */
function withChoices(plan: Plan, wanted: ReadonlySet<string>, assemblies: ReadonlySet<string>) {
  const needed = new Set([...wanted].flatMap((hash) => [...closureOf(plan, hash)]));
  const choices = new Set<ChoicePlan>();
  // Backwards, as each waits for none behind it.
  for (const choice of plan.choices.toReversed()) {
    const isWaitedFor = choice.waiting.some((each) => {
      if (each.kind === "stage") return needed.has(each.hash);
      if (each.kind === "assembly") return assemblies.has(each.name);
      return [...choices].some(({ key }) => key === each.key);
    });
    if (!isWaitedFor) continue;
    choices.add(choice);
    for (const { hash } of choice.stages) for (const each of closureOf(plan, hash)) needed.add(each);
  }
  return { needed, choices };
}

/** Hashes of the stages whose heads an assembly is made of. */
export function assemblyStages({ members }: AssemblyPlan): readonly string[] {
  return [...new Set(members.flatMap(({ stream }) => stagesOf(stream)))];
}

/** Hashes of the stages that a sweep's point is, apart from what they need; of an assembly its members'. */
export function pointStages({ assemblies }: Plan, { of }: SweepPlan["points"][number]): readonly string[] {
  if (of.kind === "stage") return [of.hash];
  const assembly = assemblies.find(({ name }) => name === of.name);
  return assembly === undefined ? [] : assemblyStages(assembly);
}

/** Hashes of the stages that one builds on: by features, by weights that it starts from, or by labels that they fill in. */
export function neededBy(stage: StagePlan): readonly string[] {
  const producers = [...stage.features, ...stage.fills].map((use) => use.stage);
  return [...new Set([...producers, ...sourceStages(stage)])];
}

/** A stage and all that it builds on. */
export function closureOf({ stages }: Plan, hash: string): ReadonlySet<string> {
  const byHash = new Map(stages.map((stage) => [stage.hash, stage]));
  const found = new Set<string>();
  const queue = [hash];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const stage = byHash.get(next);
    if (stage === undefined || found.has(next)) continue;
    found.add(next);
    queue.push(...neededBy(stage));
  }
  return found;
}

/** How many trainings a sweep's variants are, each by itself and shared among them. */
export function sharingOf(plan: Plan, { points }: SweepPlan): { readonly alone: number; readonly shared: number } {
  const all = points.map((point) => new Set(pointStages(plan, point).flatMap((hash) => [...closureOf(plan, hash)])));
  return {
    alone: all.reduce((sum, { size }) => sum + size, 0),
    shared: new Set(all.flatMap((each) => [...each])).size,
  };
}
