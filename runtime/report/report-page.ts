import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { timelineDrawing } from "../../compiler/draw/timeline.ts";
import { toDot } from "../../compiler/draw/to-dot.ts";
import { counted } from "../../compiler/lower/describe-plan.ts";
import { type Chart, curveCharts, resultCharts } from "./charts.ts";
import type { Report, ReportResult, ReportStage } from "./report-data.ts";
import { svgOf } from "./svg.ts";
import { type SweepTable, sweepCells } from "./sweep-table.ts";

/** A run's page: one file that needs no network, with the charting library inside. */
export async function reportPage(report: Report): Promise<string> {
  const graph = await svgOf(toDot(timelineDrawing({ ...report, title: report.spec, exports: [], sweeps: [] })));
  const results = resultCharts(report);
  const curves = report.stages.flatMap((stage) => curveCharts(stage));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(report.spec)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(report.spec)}</h1>
${syntheticNote(report)}
${scoreSection(report)}
${report.sweeps.map(sweepSection).join("\n")}
<h2>Stages</h2>
<div class="graph">${graph}</div>
${stageTable(report)}
${report.stages.map(pictureSection).join("\n")}
<h2>Results</h2>
<div class="charts">${results.map((chart, i) => figure(chart, `result-${i}`)).join("")}</div>
<h2>Training</h2>
<div class="charts">${curves.map((chart, i) => figure(chart, `curve-${i}`)).join("")}</div>
<script>${chartLibrary()}</script>
<script>
${[...results.map((chart, i) => drawing(chart, `result-${i}`)), ...curves.map((chart, i) => drawing(chart, `curve-${i}`))].join("\n")}
</script>
</body>
</html>
`;
}

function syntheticNote({ synthetic }: Report): string {
  if (synthetic.length === 0) return "";
  return `<p class="note">The pictures of <code>${escaped(synthetic.join(", "))}</code> are drawn, not taken. These scores show that the training works; they say nothing about real faces.</p>`;
}

function scoreSection(report: Report): string {
  return report.results.length === 0 ? "" : `<h2>Scores on the validation part</h2>\n${scoreTable(report)}`;
}

const partNames = { train: "training", val: "validation", test: "test" } as const;

/** A row for each picture that the stage shows, a column for each frame. */
function pictureSection({ label, pictures }: ReportStage): string {
  if (pictures === undefined) return "";
  const rows = pictures.shown.map(({ title, png }) => {
    const cells = png.map(
      (data, i) =>
        `<td><img alt="${escaped(title)}, frame ${i + 1}" src="data:image/png;base64,${escaped(data)}"></td>`,
    );
    return `<tr><th>${escaped(title)}</th>${cells.join("")}</tr>`;
  });
  return `<h2>Pictures of ${escaped(label)}</h2>
<table class="pictures">${rows.join("\n")}</table>
<p class="small">Frames of the ${partNames[pictures.part]} part, lying evenly over it.</p>`;
}

function scoreTable({ results, overall, assemblies }: Report): string {
  const names = [...new Set(results.map(({ of }) => of))];
  const first = new Set(assemblies.map(({ name }) => name));
  const groups = [...names.filter((name) => first.has(name)), ...names.filter((name) => !first.has(name))];
  const rows = groups.flatMap((of) => {
    const own = results.filter((result) => result.of === of);
    const total = overall.find((each) => each.of === of);
    return [
      ...own.map((result, i) => scoreRow(result, i === 0 ? own.length + (total === undefined ? 0 : 1) : 0)),
      ...(total === undefined
        ? []
        : [
            `<tr class="total"><td>all</td><td>P</td><td>${total.value.toFixed(4)}</td><td>${total.trivial.toFixed(4)}</td><td></td></tr>`,
          ]),
    ];
  });
  return `<table><thead><tr><th>of</th><th>task</th><th>metric</th><th>score</th><th>trivial</th><th>judged on</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>
<p class="small">Trivial: the majority or the mean of the training part.${overall.length === 0 ? "" : " P = mean CCC of valence and arousal + macro F1 + mean F1."}</p>`;
}

function sweepSection(table: SweepTable): string {
  const [head = [], ...rows] = sweepCells(table);
  const cells = (row: readonly string[], tag: "td" | "th") =>
    `<tr>${row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  return `<h2>Sweep ${escaped(table.name)}</h2>
<table><thead>${cells(head, "th")}</thead><tbody>${rows.map((row) => cells(row, "td")).join("\n")}</tbody></table>`;
}

function scoreRow(result: ReportResult, span: number): string {
  const of = span === 0 ? "" : `<td rowspan="${span}">${escaped(result.of)}</td>`;
  const note = result.fitted.length === 0 ? "" : ` <span class="small">${escaped(fittedText(result))}</span>`;
  return `<tr>${of}<td>${escaped(result.task)}</td><td>${result.metric}</td><td>${shown(result.score)}</td><td>${shown(result.trivial)}</td><td>${result.judged} labels${note}</td></tr>`;
}

function fittedText({ fitted, optimistic }: ReportResult): string {
  const each = fitted.map(({ what, on, of, folds }) =>
    of === undefined
      ? `${what} fitted on ${on}, judged by ${folds} folds over videos`
      : `${what} fitted on the rows of ${of} for ${on === "val" ? "validation" : "training"}`,
  );
  const same = optimistic === null ? [] : [`${optimistic.toFixed(4)} if judged where it was fitted`];
  return [...each, ...same].join("; ");
}

function stageTable({ stages }: Report): string {
  const rows = stages.map(
    ({ label, tasks, parameters, trained, epochs }) =>
      `<tr><td>${escaped(label)}</td><td>${escaped(tasks.join(", "))}</td><td>${counted(trained)} of ${counted(parameters)}</td><td>${epochs.at(-1)?.step ?? 0}</td></tr>`,
  );
  return `<table><thead><tr><th>stage</th><th>tasks</th><th>weights trained</th><th>steps</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function shown(score: number | null): string {
  return score === null ? "no labels" : score.toFixed(4);
}

function figure({ title, height }: Chart, id: string): string {
  return `<figure><figcaption>${escaped(title)}</figcaption><div id="${id}" style="height:${height}px"></div></figure>\n`;
}

/** Data inside a script must not be able to end it. */
function drawing({ option }: Chart, id: string): string {
  const data = JSON.stringify({ ...option, animation: false }).replaceAll("<", "\\u003c");
  return `(function(c){c.setOption(${data});addEventListener("resize",function(){c.resize()})})(echarts.init(document.getElementById("${id}")));`;
}

let library: string | undefined;

function chartLibrary(): string {
  library ??= readFileSync(createRequire(import.meta.url).resolve("echarts/dist/echarts.min"), "utf8").replaceAll(
    "</script",
    "<\\/script",
  );
  return library;
}

/** Names come from specs and data, which anyone may have written. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const style = `
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2937; margin: 2rem auto; max-width: 1180px; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .3rem .8rem; border-bottom: 1px solid #e2e8f0; vertical-align: top; }
td { font-variant-numeric: tabular-nums; } .total td { font-weight: 600; } .small { color: #64748b; font-size: .85em; }
.note { background: #fff7e0; border-left: 4px solid #e0a800; padding: .6rem 1rem; }
.graph { overflow-x: auto; } .graph svg { max-width: 100%; height: auto; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(460px, 1fr)); gap: 1.2rem; }
.pictures { display: block; overflow-x: auto; } .pictures td { padding: .2rem; border: none; } .pictures img { width: 112px; image-rendering: pixelated; display: block; }
figure { margin: 0; border: 1px solid #e2e8f0; border-radius: 6px; padding: .6rem; } figcaption { font-weight: 600; font-size: .9em; }
`;
