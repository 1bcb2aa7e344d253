import type { Span } from "../diagnostics/source.ts";
import { printShape } from "../ir/dim.ts";
import type { WeightSource } from "../lower/plan.ts";
import type { Env } from "./env.ts";
import { below, isUnder, itemSpan, reportName, textsIn } from "./load-names.ts";
import { lookAt } from "./look-at.ts";
import type { ParameterBuild } from "./model-build.ts";
import { plainPattern, prefixesOf } from "./pattern.ts";
import { type CallThing, placeIn } from "./things.ts";

/** What is neither loaded nor fresh, and what is left over and not dropped, is told: both sides. */
export function checkHeader(
  given: CallThing,
  home: string,
  file: string,
  under: string | undefined,
  parameters: readonly ParameterBuild[],
  sources: ReadonlyMap<string, WeightSource>,
  scope: Env,
): void {
  const { session } = scope;
  const header = lookAt(session, { file, format: "weights", span: fileSpan(given) });
  if (header?.kind !== "tensors") return;
  const inFile = [...header.shapes.keys()];
  if (under !== undefined && !inFile.some((name) => name.startsWith(`${under}.`))) {
    reportName(given, "under", under, prefixesOf(inFile), session.reporter);
    return;
  }
  const resized = textsIn(given, "resize");
  const used = new Set<string>();
  const problems: string[] = [];
  for (const { path, shape } of parameters) {
    const source = sources.get(path);
    if (source?.kind !== "file") continue;
    used.add(source.tensor);
    const have = header.shapes.get(source.tensor);
    if (have === undefined) problems.push(`it has no ${source.tensor} for \`${path}\``);
    else if (!fits(shape, have) && !resized.some((name) => isUnder(below(path, home), name)))
      problems.push(`${source.tensor} is ${printShape(have)}, \`${path}\` is ${printShape(shape)}`);
  }
  const left = inFile.flatMap((name) => {
    const local = under === undefined ? name : name.startsWith(`${under}.`) ? name.slice(under.length + 1) : undefined;
    return local === undefined ? [] : [{ name, local }];
  });
  const drops = textsIn(given, "drop").map((name) => plainPattern(name));
  for (const drop of drops) {
    const covered = left.filter(({ local }) => drop.covers(local));
    if (covered.length === 0)
      reportName(given, "drop", drop.text, prefixesOf(left.map(({ local }) => local)), session.reporter);
    else if (covered.every(({ name }) => used.has(name)))
      session.reporter.report(
        "changes-nothing",
        itemSpan(given, "drop", drop.text),
        { path: drop.text },
        { help: "all of it has its place here, and is loaded; what is not to be loaded belongs into `fresh` too" },
      );
  }
  const lacking = problems.length > 0;
  for (const { name, local } of left)
    if (!used.has(name) && !drops.some((drop) => drop.covers(local))) problems.push(`${name} has no place here`);
  const [first, ...others] = problems;
  if (first === undefined) return;
  // The way out first: what is long is cut off at its end.
  const more = others.slice(0, 4).join("; ");
  const rest = others.length > 4 ? `; and ${others.length - 4} more` : "";
  const way = lacking
    ? "what the file lacks on purpose belongs into `fresh`"
    : "what is not wanted of the file belongs into `drop`";
  const help = others.length === 0 ? way : `${way}; besides, ${more}${rest}`;
  session.reporter.report(
    "weights-mismatch",
    fileSpan(given),
    { file, path: given.name === "load" ? "this encoder" : given.name, reason: first },
    { help },
  );
}

function fileSpan(given: CallThing): Span {
  return placeIn(given, "file");
}

/** Equal but for leading ones, or a convolution's kernel where we have the matrix of the same product. */
function fits(shape: readonly number[], have: readonly number[]): boolean {
  const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
  const bare = (sizes: readonly number[]) => sizes.slice(sizes.findIndex((size) => size !== 1)).join();
  return (
    bare(shape) === bare(have) ||
    (have.length === 4 && shape.length === 2 && have[0] === shape[0] && product(have) === product(shape))
  );
}
