import { colours, ink, lookOf } from "./colours.ts";
import type { Arrow, Box, Drawing } from "./drawing.ts";
import { type Nesting, nestingOf } from "./nesting.ts";
import { wrapped } from "./wrapped.ts";

/** One whose widths Graphviz knows; a style sheet may say others that are as wide, such as Arial. */
const font = "Helvetica";

/**
 * The drawing for Graphviz, in the colours of light paper. In the SVG, the i-th box has the id `b<i>`, the i-th group `g<i>`, the i-th
 * arrow `a<i>`, and each box the class of its look, by which a style sheet can give other colours; `openable` marks closed groups.
 */
export function toDot(drawing: Drawing, closed: ReadonlySet<string> = new Set()): string {
  const { title, direction, arrows } = drawing;
  const nesting = nestingOf(drawing);
  return [
    "digraph {",
    `  graph [rankdir=${direction === "right" ? "LR" : "TB"}, bgcolor=transparent, tooltip=${quoted(title)}, fontname=${font}, fontsize=11, fontcolor="#475569", color="#b9c4d4", style=rounded, labeljust=l, nodesep=0.25, ranksep=0.35]`,
    `  node [shape=box, style="rounded,filled", fontname=${font}, fontsize=12, fontcolor="${ink}", margin="0.14,0.07", height=0.3]`,
    `  edge [fontname=${font}, fontsize=9, fontcolor="#64748b", color="#7a869a", arrowsize=0.7]`,
    ...content(undefined, nesting, closed, "  "),
    ...arrows.map((arrow, i) => arrowText(arrow, i, nesting)),
    "}",
    "",
  ].join("\n");
}

function content(
  group: string | undefined,
  nesting: Nesting,
  closed: ReadonlySet<string>,
  indent: string,
): readonly string[] {
  return [
    ...nesting.groupsIn(group).flatMap((each) => {
      const name = nesting.nameOf(each.id);
      return [
        `${indent}subgraph cluster_${name} {`,
        `${indent}  graph [label=<${groupLabel(each)}>, id=${name}, class="group", tooltip=${quoted(each.title)}]`,
        ...content(each.id, nesting, closed, `${indent}  `),
        `${indent}}`,
      ];
    }),
    ...nesting.boxesIn(group).map((box) => `${indent}${boxText(box, nesting.nameOf(box.id), closed.has(box.id))}`),
  ];
}

function boxText(box: Box, name: string, openable: boolean): string {
  const look = lookOf(box);
  const { fill, line } = colours[look];
  const tip = quoted([box.title, ...box.lines].join("\n"));
  const shape = `fillcolor="${fill}", color="${line}", class="${look}${openable ? " openable" : ""}"`;
  return `${name} [id=${name}, label=<${boxLabel(box)}>, tooltip=${tip}, ${shape}]`;
}

function arrowText({ from, to, label, dashed }: Arrow, index: number, { nameOf }: Nesting): string {
  const attributes = [
    `id=a${index}`,
    ...(label === "" ? [] : [`label=<${wrapped(label, 24).map(marked).join("<br/>")}>`]),
    ...(dashed ? ["style=dashed", "class=copied"] : []),
  ];
  return `  ${nameOf(from)} -> ${nameOf(to)} [${attributes.join(", ")}]`;
}

function boxLabel({ title, lines }: Box): string {
  const head = wrapped(title, 36).map((line) => `<b>${marked(line)}</b>`);
  const small = lines.flatMap((line) => wrapped(line, 44)).map(marked);
  const rest = small.length === 0 ? "" : `<br/><font point-size="9.5">${small.join("<br/>")}</font>`;
  return `${head.join("<br/>")}${rest}`;
}

function groupLabel({ title, lines }: Box): string {
  const small = lines.map(marked).join(" · ");
  return `<b>${marked(title)}</b>${small === "" ? "" : `  <font point-size="9.5">${small}</font>`}`;
}

/** A string of Graphviz's language, in which the quote and the backslash mean something. */
function quoted(text: string): string {
  return `"${printable(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

/** Text inside a label with marks of its own, which must not be empty. */
function marked(text: string): string {
  const safe = printable(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return safe === "" ? " " : safe.replaceAll('"', "&quot;");
}

/** Without the characters that neither XML nor a string of C can have. */
function printable(text: string): string {
  return text.replaceAll(/[^\n\P{C}]|\p{Cs}/gu, "");
}
