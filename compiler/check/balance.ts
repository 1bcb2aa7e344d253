import type { Env } from "./env.ts";
import { weightBalancers } from "./library-calls.ts";
import type { Reporter } from "./reporter.ts";
import type { CallThing, Thing } from "./things.ts";

/** `balance: [uncertainty([..]), pcgrad([..])]`: weights first, then gradients; one of each at most (language rule 54). */
export function balanceOf(thing: Thing, scope: Env): void {
  const reporter: Reporter = scope.session.reporter;
  const items = thing.kind === "list" ? thing.items : [thing];
  let before: CallThing | undefined;
  for (const item of items) {
    if (item.kind !== "call") continue;
    const terms = item.args.get("terms");
    const names =
      terms?.kind === "list" ? terms.items.flatMap((term) => (term.kind === "call" ? [term.name] : [])) : [];
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) reporter.report("duplicate-name", item.span, { name: `loss.${twice}` });
    if (terms !== undefined && names.length < 2)
      reporter.report("out-of-range", item.span, {
        what: `the number of terms that \`${item.name}\` balances`,
        expected: "at least 2",
        actual: names.length,
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
  }
}

function kindOf({ name }: CallThing): number {
  return weightBalancers.has(name) ? 0 : 1;
}
