import { colours, ink, lookOf } from "./colours.ts";
import type { Box, Drawing } from "./drawing.ts";
import { type Nesting, nestingOf } from "./nesting.ts";

/** The drawing as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html). Text of the spec stands in labels only. */
export function toMermaid(drawing: Drawing): string {
  const nesting = nestingOf(drawing);
  const looks = new Set(drawing.boxes.map(lookOf));
  return [
    `%% ${drawing.title.replaceAll(/\s+/g, " ")}`,
    `flowchart ${drawing.direction === "right" ? "LR" : "TD"}`,
    ...content(undefined, nesting, "  "),
    ...drawing.arrows.map(({ from, to, label: text, dashed }) => {
      const line = `${dashed ? "-.->" : "-->"}${text === "" ? "" : `|${label(text)}|`}`;
      return `  ${nesting.nameOf(from)} ${line} ${nesting.nameOf(to)}`;
    }),
    ...[...looks].toSorted().map((look) => {
      const { fill, line } = colours[look];
      return `  classDef ${look} fill:${fill},stroke:${line},color:${ink}`;
    }),
    "",
  ].join("\n");
}

function content(group: string | undefined, nesting: Nesting, indent: string): readonly string[] {
  return [
    ...nesting
      .groupsIn(group)
      .flatMap((each) => [
        `${indent}subgraph ${nesting.nameOf(each.id)} [${label([each.title, ...each.lines].join(" · "))}]`,
        ...content(each.id, nesting, `${indent}  `),
        `${indent}end`,
      ]),
    ...nesting.boxesIn(group).map((box) => `${indent}${nesting.nameOf(box.id)}${shaped(box)}:::${lookOf(box)}`),
  ];
}

/** What comes in and what goes out has round ends, everything else is a box. */
function shaped({ kind, title, lines }: Box): string {
  const text = label([title, ...lines].join("\n"));
  return kind === "field" || kind === "feature" || kind === "head" ? `([${text}])` : `[${text}]`;
}

/** A label in quotes; what Mermaid, Markdown or HTML could read as its own is written as a code point. */
function label(text: string): string {
  const safe = text.replaceAll(/[^\p{L}\p{N} .,:()·→×\n-]/gu, (character) => `#${character.codePointAt(0)};`);
  return `"${safe.replaceAll("\n", "<br/>")}"`;
}
