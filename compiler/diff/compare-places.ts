import type { Place } from "./layers.ts";

/** What two places of one name have instead of each other; empty texts where the same ops are connected otherwise. */
export type Instead = readonly [before: string, after: string];

/**
 * In what two places of one name differ, the weightiest first: their ops, what they read, their sizes, their random streams. Where `clips` says
 * that frames became clips or clips frames, sizes alone are no difference.
 */
export function comparePlaces(a: Place, b: Place, clips: boolean): Instead | undefined {
  if (a.signature === b.signature) return undefined;
  const told = restsOf(a.nodes, b.nodes, ({ what }) => what) ?? readsOf(a.reads, b.reads);
  if (told !== undefined || clips) return told;
  return (
    restsOf(a.nodes, b.nodes, ({ sizes }) => sizes) ??
    restsOf(a.nodes, b.nodes, ({ stream }) => (stream === "" ? "" : `random stream ${stream}`)) ?? ["", ""]
  );
}

/** The ops of a place in a few words. */
export function opsText({ nodes }: Place): string {
  return countsText(countsOf(nodes.map(({ what }) => what)));
}

function readsOf(a: readonly string[], b: readonly string[]): Instead | undefined {
  const only = (own: readonly string[], other: readonly string[]) => own.filter((each) => !other.includes(each));
  const [before, after] = [only(a, b), only(b, a)];
  if (before.length + after.length === 0) return undefined;
  const text = (names: readonly string[]) => `reads ${names.join(", ") || "nothing else"}`;
  return [text(before), text(after)];
}

type Nodes = Place["nodes"];

/** What only one of two places has, counted; undefined if they have the same. */
function restsOf(a: Nodes, b: Nodes, part: (node: Nodes[number]) => string): Instead | undefined {
  const [x, y] = [countsOf(a.map(part)), countsOf(b.map(part))];
  const rest = (own: Counts, other: Counts): Counts =>
    new Map([...own].map(([text, n]) => [text, n - (other.get(text) ?? 0)] as const).filter(([, n]) => n > 0));
  const [before, after] = [rest(x, y), rest(y, x)];
  return before.size + after.size === 0 ? undefined : [countsText(before), countsText(after)];
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
