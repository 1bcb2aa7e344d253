import { balancers, isBalancer } from "../library/balancers.ts";
import type { BalancerPlan } from "../lower/plan.ts";
import type { Env } from "./env.ts";
import { weightBalancers } from "./library-calls.ts";
import { firstRepeat } from "./repeated.ts";
import type { Reporter } from "./reporter.ts";
import { numberIn } from "./schedules.ts";
import { type CallThing, placeIn, type Thing } from "./things.ts";

/** `balance: [uncertainty([..]), pcgrad([..])]`: weights first, then gradients; one of each at most (language rule 54). */
export function balanceOf(thing: Thing, all: readonly string[], scope: Env): readonly BalancerPlan[] {
  const reporter: Reporter = scope.session.reporter;
  const items = thing.kind === "list" ? thing.items : [thing];
  let before: CallThing | undefined;
  const plans: BalancerPlan[] = [];
  for (const item of items) {
    if (item.kind !== "call") continue;
    checkNumbers(item, reporter);
    const terms = item.args.get("terms");
    const names =
      terms?.kind === "list" ? terms.items.flatMap((term) => (term.kind === "call" ? [term.name] : [])) : [];
    const twice = firstRepeat(names);
    if (twice !== undefined) reporter.report("duplicate-name", item.span, { name: `loss.${twice.name}` });
    const balanced = terms === undefined ? all.length : names.length;
    if (balanced < 2)
      reporter.report("out-of-range", terms === undefined ? item.span : placeIn(item, "terms"), {
        what: `the number of terms that \`${item.name}\` balances`,
        expected: "at least 2",
        actual: balanced,
      });
    if (before !== undefined && kindOf(before) >= kindOf(item)) {
      reporter.report(
        "balance-order",
        item.span,
        { second: `\`${item.name}\``, first: `\`${before.name}\`` },
        { help: "at most one that sets weights, then at most one that works on gradients" },
      );
    }
    before = item;
    if (isBalancer(item.name))
      plans.push({
        name: item.name,
        terms: terms === undefined ? all : names,
        settings: settingsOf(item, balancers[item.name].settings),
      });
  }
  return plans;
}

function settingsOf(call: CallThing, usual: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, numberIn(call, name, value)]));
}

/** The least that each number may be, and whether it may be that. */
const least: Readonly<Record<string, readonly [value: number, itself: boolean]>> = {
  temperature: [0, false],
  alpha: [0, true],
  c: [0, true],
};

function checkNumbers(call: CallThing, reporter: Reporter): void {
  for (const [name, thing] of call.args) {
    const bound = least[name];
    if (bound === undefined || thing.kind !== "number") continue;
    const [value, itself] = bound;
    if (thing.value > value || (itself && thing.value === value)) continue;
    const expected = `${itself ? "at least" : "above"} ${value}`;
    reporter.report("out-of-range", placeIn(call, name), { what: `\`${name}\``, expected, actual: thing.value });
  }
}

function kindOf({ name }: CallThing): number {
  return weightBalancers.has(name) ? 0 : 1;
}
