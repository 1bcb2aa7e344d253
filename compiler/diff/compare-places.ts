import type { Place } from "./layers.ts";

/** What two places of one name have instead of each other; empty texts where the same ops are connected otherwise. */
export interface Instead {
  readonly of: "ops" | "reads" | "sizes" | "order";
  readonly before: string;
  readonly after: string;
}

/**
 * In what two places of one name differ, the weightiest first: their ops, what they read, their sizes, their random streams. No difference are
 * sizes where `clips` says that frames became clips or clips frames, and those of weights, features and fields, which are told of there.
 */
export function comparePlaces(a: Place, b: Place, clips: boolean): Instead | undefined {
  if (a.signature === b.signature) return undefined;
  const differ = (part: (node: Nodes[number]) => string) => restsOf(a.nodes, b.nodes, part) !== undefined;
  const ops = restsOf(a.nodes, b.nodes, ({ what }) => what);
  if (ops !== undefined) return { of: "ops", ...ops };
  const reads = readsOf(a.reads, b.reads);
  if (reads !== undefined) return { of: "reads", ...reads };
  if (clips) return undefined;
  if (differ(({ shape }) => shape))
    return { of: "sizes", before: a.nodes.at(-1)?.shape ?? "", after: b.nodes.at(-1)?.shape ?? "" };
  if (differ(({ sizes }) => sizes) || differ(({ fed }) => fed)) return undefined;
  const streams = restsOf(a.nodes, b.nodes, ({ stream }) => (stream === "" ? "" : `random stream ${stream}`));
  return { of: "order", ...(streams ?? { before: "", after: "" }) };
}

type Rest = Pick<Instead, "before" | "after">;

/** The ops of a place in a few words. */
export function opsText({ nodes }: Place): string {
  return countsText(countsOf(nodes.map(({ what }) => what)));
}

function readsOf(a: readonly string[], b: readonly string[]): Rest | undefined {
  const only = (own: readonly string[], other: readonly string[]) => own.filter((each) => !other.includes(each));
  const [before, after] = [only(a, b), only(b, a)];
  if (before.length + after.length === 0) return undefined;
  const text = (names: readonly string[]) => `reads ${names.join(", ") || "nothing else"}`;
  return { before: text(before), after: text(after) };
}

type Nodes = Place["nodes"];

/** What only one of two places has, counted; undefined if they have the same. */
function restsOf(a: Nodes, b: Nodes, part: (node: Nodes[number]) => string): Rest | undefined {
  const [x, y] = [countsOf(a.map(part)), countsOf(b.map(part))];
  const rest = (own: Counts, other: Counts): Counts =>
    new Map([...own].map(([text, n]) => [text, n - (other.get(text) ?? 0)] as const).filter(([, n]) => n > 0));
  const [before, after] = [rest(x, y), rest(y, x)];
  return before.size + after.size === 0 ? undefined : { before: countsText(before), after: countsText(after) };
}

type Counts = ReadonlyMap<string, number>;

function countsOf(texts: readonly string[]): Counts {
  const found = new Map<string, number>();
  for (const text of texts) if (text !== "") found.set(text, (found.get(text) ?? 0) + 1);
  return found;
}

const mostTold = 4;

function countsText(found: Counts): string {
  const texts = [...found].map(([text, n]) => (n === 1 ? text : `${n} × ${text}`));
  const shown = texts.slice(0, mostTold).join(", ");
  return texts.length > mostTold ? `${shown} and ${texts.length - mostTold} more` : shown || "nothing";
}
