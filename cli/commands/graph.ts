import { extname } from "node:path";
import type { Command } from "commander";
import { glancedDepth } from "../../compiler/draw/depth.ts";
import type { Drawing } from "../../compiler/draw/drawing.ts";
import { fold, openTo } from "../../compiler/draw/fold.ts";
import { toDot } from "../../compiler/draw/to-dot.ts";
import { toMermaid } from "../../compiler/draw/to-mermaid.ts";
import { drawnStage, drawnTimeline } from "../../compiler/explain/drawings.ts";
import { writeAtomically } from "../../runtime/checkpoints/write-atomically.ts";
import { svgFile, svgOf } from "../../runtime/report/svg.ts";
import { specCommand } from "../abaw-command.ts";
import { graphPage } from "../graph-page.ts";
import { lookedInto } from "../looked-into.ts";
import { nothingAsked } from "../nothing-asked.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { wholeNumber } from "../whole-number.ts";

interface GraphOptions extends SpecOptions {
  readonly format?: string;
  readonly depth?: string;
  readonly to?: string;
}

const formats = ["svg", "html", "mermaid", "dot"] as const;
type Format = (typeof formats)[number];

/** What an ending of a file says of its format. */
const endings: Readonly<Record<string, Format>> = {
  ".svg": "svg",
  ".html": "html",
  ".htm": "html",
  ".mmd": "mermaid",
  ".mermaid": "mermaid",
  ".dot": "dot",
  ".gv": "dot",
};

export function graph(): Command {
  return specCommand(
    "graph",
    "Draw a stage's model: fields, layers by module, features of other stages, heads, losses. Without a name: the stages in their order, and what each takes from others.",
    "abaw graph examples/quickstart.abaw --to stages.svg\nabaw graph examples/quickstart.abaw together --to model.html\nabaw graph examples/quickstart.abaw 'alone(au)' --depth 3 --format mermaid",
  )
    .argument("[name]", "a stage, as the spec names or calls it")
    .option("--format <format>", `${formats.join(", ")} (default: as the file ends, else svg)`)
    .option("--depth <levels>", "how many levels of modules to open (default: as many as can be read at a glance)")
    .option("--to <file>", "where it goes (default: standard output)")
    .action(async (path: string, name: string | undefined, options: GraphOptions) => {
      const format = formatOf(options);
      const drawing = drawingOf(path, name, options, format === "html");
      const depth = options.depth === undefined ? glancedDepth(drawing) : wholeNumber("--depth", options.depth, 1, 64);
      const text = await written(drawing, depth, format);
      if (options.to === undefined) terminal.print(text);
      else {
        writeAtomically(options.to, [Buffer.from(text)]);
        terminal.print(options.to);
      }
    });
}

function formatOf({ format, to = "" }: GraphOptions): Format {
  if (format === undefined) return endings[extname(to).toLowerCase()] ?? "svg";
  const known = formats.find((each) => each === format);
  if (known === undefined) throw new UsageError(`--format takes ${formats.join(", ")}, not ${JSON.stringify(format)}`);
  return known;
}

function drawingOf(path: string, name: string | undefined, options: SpecOptions, withCosts: boolean): Drawing {
  const looked = lookedInto(path, options, name === undefined ? [] : [name]);
  const thing = looked.asked[0]?.thing;
  if (thing === undefined && looked.stages.length === 0) throw nothingAsked(path);
  if (thing === undefined) return drawnTimeline(looked, path, withCosts);
  const stage =
    thing.kind === "stage" ? looked.stages.find(({ checked }) => checked.stage.key === thing.key) : undefined;
  if (stage === undefined)
    throw new UsageError(
      `${name} is no stage; \`abaw explain ${path}\` lists the stages, and without a name all are drawn`,
    );
  return drawnStage(stage, looked);
}

async function written(drawing: Drawing, depth: number, format: Format): Promise<string> {
  const open = openTo(drawing, depth);
  const shown = fold(drawing, open);
  if (format === "mermaid") return toMermaid(shown);
  const dot = toDot(shown, new Set(drawing.groups.map(({ id }) => id).filter((id) => !open.has(id))));
  if (format === "dot") return dot;
  const svg = await svgOf(dot);
  return format === "svg" ? svgFile(svg) : graphPage(drawing, open, svg);
}
