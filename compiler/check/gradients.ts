import type { Value } from "../ir/graph.ts";
import { balancers } from "../library/balancers.ts";
import type { BalancerPlan } from "../lower/plan.ts";
import type { LossBuild } from "./build-loss.ts";
import type { StageBuild } from "./model-build.ts";
import { namesAbove } from "./pattern.ts";
import { reachedParameters, sharedPaths } from "./reached.ts";
import type { Session } from "./session.ts";
import { entryOf } from "./stage-entry.ts";
import type { Trained } from "./trained.ts";

/** Refuses weights that are to be trained and that no gradient reaches, and a training of none; warns of terms of the loss that reach none. */
export function checkGradients(
  session: Session,
  { stage, model }: StageBuild,
  loss: LossBuild,
  trained: Trained,
  balance: readonly BalancerPlan[],
): void {
  // Where a term of the loss is missing, gradients are missing too.
  if (!loss.complete || stage.declaration.verb === "apply") return;
  const { reporter } = session;
  const wanted = trained.parameters.flatMap(({ path, group }) => (group === undefined ? [] : [path]));
  if (wanted.length === 0) {
    const related = [{ span: stage.span, text: `${stage.label} is made here` }];
    const help = "if it is only used, write apply instead of train";
    const span = entryOf(stage, "params")?.path.span ?? stage.declaration.name.span;
    reporter.report("nothing-to-train", span, { stage: stage.label }, { help, related });
    return;
  }
  if (trained.groups.every(({ since }) => since !== undefined)) {
    const help = "leave something trained from the beginning";
    const span = entryOf(stage, "params")?.path.span ?? stage.declaration.name.span;
    reporter.report("nothing-to-train", span, { stage: `${stage.label}, at its beginning,` }, { help });
  }
  const terms = [...loss.terms.values()];
  const heads = new Set([...model.heads.values()].map(({ logits }) => logits.wire));
  const reached = new Set(reachedParameters(terms, heads));
  const related = [{ span: stage.span, text: `in ${stage.label}` }];
  for (const { path, of } of missed(wanted, reached)) {
    const parameter = model.parameters.get(of);
    if (parameter === undefined) continue;
    const help = "take it out of the model, or set it to frozen in `params`";
    reporter.report("no-gradient", parameter.span, { path }, { help, related });
  }
  if (reached.size === 0) return;
  const trains = new Set(wanted);
  for (const { name, terms: of } of balance) {
    if (balancers[name].looksAt !== "gradients") continue;
    const shared = sharedPaths(loss.terms, new Set(of));
    if (wanted.some((path) => shared.has(path))) continue;
    const help = `no weight that is trained is reached by two of the terms that ${name} weighs`;
    const span = entryOf(stage, "balance")?.path.span ?? stage.span;
    reporter.report("changes-nothing", span, { path: `balance: ${name}` }, { help, related });
  }
  for (const [name, value] of loss.terms) {
    const span = loss.places.get(name);
    if (span === undefined || reachesOne(value, heads, trains)) continue;
    const help = "no gradient flows from it to a weight that is trained";
    reporter.report("changes-nothing", span, { path: `loss.${name}` }, { help, related });
  }
}

function reachesOne(value: Value, heads: ReadonlySet<Value>, paths: ReadonlySet<string>): boolean {
  for (const path of reachedParameters([value], heads)) if (paths.has(path)) return true;
  return false;
}

/** The weights that are not reached; where none below a name is, the name stands for all of them. `of` is the first. */
function missed(
  wanted: readonly string[],
  reached: ReadonlySet<string>,
): readonly { readonly path: string; readonly of: string }[] {
  if (wanted.every((path) => reached.has(path))) return [];
  const above = new Set<string>();
  for (const path of wanted) if (reached.has(path)) for (const name of namesAbove(path)) above.add(name);
  const found = new Map<string, string>();
  for (const path of wanted) {
    if (reached.has(path)) continue;
    const whole = namesAbove(path).find((name) => !above.has(name)) ?? path;
    if (!found.has(whole)) found.set(whole, path);
  }
  return [...found].map(([path, of]) => ({ path, of }));
}
