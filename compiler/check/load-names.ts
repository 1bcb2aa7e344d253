import type { Span } from "../diagnostics/source.ts";
import { onlyNear, suggestion } from "./nearest.ts";
import { firstNames, namesIn } from "./pattern.ts";
import type { Reporter } from "./reporter.ts";
import { type CallThing, placeIn } from "./things.ts";

/** A text among what `load(..)` was given. */
export function textIn(given: CallThing, name: string): string | undefined {
  const value = given.args.get(name);
  return value?.kind === "string" ? value.value : undefined;
}

/** A list of texts among it. */
export function textsIn(given: CallThing, name: string): readonly string[] {
  const value = given.args.get(name);
  return value?.kind === "list" ? value.items.flatMap((item) => (item.kind === "string" ? [item.value] : [])) : [];
}

/** What is left of a path under a prefix. */
export function below(path: string, prefix: string): string {
  return path.slice(prefix.length).replace(/^\./, "");
}

/** Whether a path is a layer or weight, or below it. */
export function isUnder(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  const next = path.charAt(prefix.length);
  return next === "" || next === "." || next === "[";
}

/** Each name in `fresh`, and `into`, must be something of the encoder. */
export function checkNames(
  given: CallThing,
  fresh: readonly string[],
  own: readonly { readonly path: string }[],
  home: string,
  inside: string,
  reporter: Reporter,
): boolean {
  const paths = own.map(({ path }) => path);
  const known = paths.map((path) => below(path, home));
  for (const name of fresh) {
    if (known.some((path) => isUnder(path, name))) continue;
    reportName(given, "fresh", name, namesIn(name, known), reporter);
  }
  for (const name of textsIn(given, "resize"))
    if (!known.some((path) => isUnder(path, name))) reportName(given, "resize", name, namesIn(name, known), reporter);
  if (paths.some((path) => isUnder(path, inside))) return true;
  reportName(given, "into", below(inside, home), namesIn(inside, known), reporter);
  return false;
}

/** A name in quotes that names nothing; the only near one is put into its place. */
export function reportName(
  given: CallThing,
  argument: string,
  name: string,
  names: Iterable<string>,
  reporter: Reporter,
): void {
  const span = itemSpan(given, argument, name);
  const all = [...names];
  const help = suggestion(name, all) ?? `names there begin with ${firstNames(all)}`;
  const near = onlyNear(name, help);
  const extras = near === undefined ? { help } : { help, fix: { span, replacement: JSON.stringify(near) } };
  // What is under a name, and what is dropped, is of the file.
  if (argument === "under" || argument === "drop")
    reporter.report("no-member", span, { what: textIn(given, "file") ?? "the file", name }, extras);
  else reporter.report("pattern-matches-nothing", span, { pattern: name }, extras);
}

/** Where a name of a list, or of an argument, is written. */
export function itemSpan(given: CallThing, argument: string, name: string): Span {
  const list = given.args.get(argument);
  const at = list?.kind === "list" ? list.items.findIndex((item) => item.kind === "string" && item.value === name) : -1;
  return (list?.kind === "list" ? list.places?.[at] : undefined) ?? placeIn(given, argument);
}
