import type { Box } from "./drawing.ts";

/** A box in the making: its lines are a headline, what it is an instance of, and the rest. */
export interface Draft extends Omit<Box, "lines"> {
  readonly headline: string;
  readonly module: string;
  readonly rest: readonly string[];
}

export function draft(id: string, kind: Box["kind"], title: string, more: Partial<Draft>): Draft {
  const nothing = { group: undefined, headline: "", module: "", rest: [], place: undefined, weights: undefined };
  return { ...nothing, details: [], id, kind, title, ...more };
}

export function boxOf({ headline, module, rest, details, ...box }: Draft): Box {
  return {
    ...box,
    lines: [headline, module, ...rest].filter((line) => line !== ""),
    details: details.filter(([, value]) => value !== ""),
  };
}

/**
 * Groups that only one box or group stands in become that one, under the name of the outer and with the name of the inner as what it is:
 * `x` around `normalize` is one box.
 */
export function withoutLonely(
  groups: readonly Draft[],
  boxes: readonly Draft[],
): { readonly groups: readonly Draft[]; readonly boxes: readonly Draft[] } {
  const inside = new Map<string, number>();
  for (const { group } of [...groups, ...boxes])
    if (group !== undefined) inside.set(group, (inside.get(group) ?? 0) + 1);
  const byId = new Map(groups.map((group) => [group.id, group]));
  const lonely = (id: string | undefined): Draft | undefined => {
    const group = id === undefined ? undefined : byId.get(id);
    return group !== undefined && inside.get(group.id) === 1 ? group : undefined;
  };
  const joined = (inner: Draft): Draft => {
    const outer = lonely(inner.group);
    return outer === undefined ? inner : joined(within(outer, inner));
  };
  return { groups: groups.filter(({ id }) => lonely(id) === undefined).map(joined), boxes: boxes.map(joined) };
}

function within(outer: Draft, inner: Draft): Draft {
  const what = [outer.module, inner.title, inner.module].filter((part) => part !== "");
  return { ...outer, id: inner.id, module: what.join(" · "), details: inner.details };
}
