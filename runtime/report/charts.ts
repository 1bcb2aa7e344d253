import type { Report, ReportResult, ReportStage } from "./report-data.ts";

/** A chart of the page: what ECharts is told (https://echarts.apache.org/en/option.html), plain data. */
export interface Chart {
  readonly title: string;
  readonly height: number;
  readonly option: Readonly<Record<string, unknown>>;
}

/** The charts of a report: those of results first, then a pair of curves for each stage. */
export function resultCharts({ results, transfers }: Report): readonly Chart[] {
  const charts = results.flatMap((result) => {
    const chart = chartOf(result);
    return chart === undefined ? [] : [chart];
  });
  return transfers.length === 0 ? charts : [transferChart(transfers), ...charts];
}

/** A bar for each task beside others: what it gained or lost against the stage that learned it alone. */
function transferChart(transfers: Report["transfers"]): Chart {
  const names = transfers.map(({ of, task, alone }) => `${of}: ${task}, against ${alone}`);
  const colour = (difference: number) => ({ color: difference < 0 ? "#c23531" : "#3ba272" });
  return {
    title: "What tasks gain or lose by others beside them (difference of scores)",
    height: 80 + 26 * names.length,
    option: {
      tooltip: {},
      grid: { left: 20, right: 50, top: 20, bottom: 30, containLabel: true },
      xAxis: { type: "value" },
      yAxis: { type: "category", data: names, inverse: true, axisLabel: { width: 320, overflow: "truncate" } },
      series: [
        {
          type: "bar",
          label: { show: true, position: "right", fontSize: 10 },
          data: transfers.map(({ difference }) => ({
            value: Number(difference.toFixed(4)),
            itemStyle: colour(difference),
          })),
        },
      ],
    },
  };
}

function chartOf(result: ReportResult): Chart | undefined {
  switch (result.kind) {
    case "classes":
      return result.confusion.length === 0 ? undefined : confusionChart(result);
    case "units":
      return result.each.length === 0 ? undefined : unitChart(result);
    case "scalar":
      return result.scatter.length === 0 ? undefined : scatterChart(result);
  }
}

/** Rows of labels, in shares of the row, so that frequent classes do not drown the others. */
function confusionChart({ of, task, names, confusion }: ReportResult): Chart {
  const data = confusion.flatMap((row, label) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, found) => [
      found,
      label,
      total === 0 ? 0 : Number(((100 * count) / total).toFixed(1)),
      count,
    ]);
  });
  return {
    title: `${of}: ${task}, confusion (% of each label's rows)`,
    height: 420,
    option: {
      tooltip: {},
      grid: { left: 90, right: 20, top: 20, bottom: 90 },
      xAxis: {
        type: "category",
        data: names,
        name: "predicted",
        nameLocation: "middle",
        nameGap: 62,
        axisLabel: { rotate: 45 },
      },
      yAxis: { type: "category", data: names, inverse: true },
      visualMap: { dimension: 2, min: 0, max: 100, show: false, inRange: { color: ["#ffffff", "#5470c6"] } },
      series: [{ type: "heatmap", data, label: { show: true, fontSize: 10 }, encode: { x: 0, y: 1, value: 2 } }],
    },
  };
}

function unitChart({ of, task, names, each, fitted }: ReportResult): Chart {
  const thresholds = fitted.find(({ what }) => what === "threshold")?.numbers ?? [];
  const labels = names.map((name, i) => {
    const threshold = thresholds[i];
    return threshold === undefined ? name : `${name}\n${threshold.toFixed(2)}`;
  });
  return {
    title: `${of}: ${task}, F1 of each unit${thresholds.length === 0 ? "" : " (below: its threshold)"}`,
    height: 320,
    option: {
      tooltip: {},
      grid: { left: 40, right: 10, top: 20, bottom: 60 },
      xAxis: { type: "category", data: labels, axisLabel: { interval: 0, fontSize: 10, lineHeight: 14 } },
      yAxis: { type: "value", min: 0, max: 1 },
      series: [
        {
          type: "bar",
          data: each.map((value) => Number(value.toFixed(2))),
          label: { show: true, position: "top", fontSize: 10 },
        },
      ],
    },
  };
}

function scatterChart({ of, task, scatter, range: [min = -1, max = 1] }: ReportResult): Chart {
  return {
    title: `${of}: ${task}, prediction against label`,
    height: 380,
    option: {
      tooltip: {},
      grid: { left: 50, right: 20, top: 20, bottom: 50 },
      xAxis: { type: "value", min, max, name: "label", nameLocation: "middle", nameGap: 26 },
      yAxis: { type: "value", min, max, name: "prediction", nameLocation: "middle", nameGap: 34 },
      series: [
        {
          type: "scatter",
          symbolSize: 4,
          itemStyle: { opacity: 0.5 },
          data: scatter,
          markLine: {
            silent: true,
            symbol: "none",
            lineStyle: { color: "#999" },
            data: [[{ coord: [min, min] }, { coord: [max, max] }]],
          },
        },
      ],
    },
  };
}

/** Losses of training and scores of validation over the steps. */
export function curveCharts({ label, epochs }: ReportStage): readonly Chart[] {
  if (epochs.length === 0) return [];
  const terms = [...new Set(epochs.flatMap(({ losses }) => Object.keys(losses)))];
  const tasks = [...new Set(epochs.flatMap(({ scores }) => Object.keys(scores)))];
  const shown = terms.length === 2 ? terms.filter((term) => term !== "loss") : terms;
  const losses = shown.map((term) => ({
    name: term === "loss" ? "total" : term,
    points: epochs.map(({ step, losses: values }): Point => [step, values[term] ?? null]),
  }));
  const scores = tasks.map((task) => ({
    name: task,
    points: epochs.map(({ step, scores: values }): Point => [step, values[task] ?? null]),
  }));
  const factors = mapsOf(epochs, (epoch) => epoch.factors);
  const cosines = mapsOf(epochs, (epoch) => epoch.cosines);
  return [
    lineChart(`${label}: training loss`, losses, true),
    ...(scores.length === 0 ? [] : [lineChart(`${label}: validation score`, scores, false)]),
    ...(factors.length === 0 ? [] : [lineChart(`${label}: factors of the terms`, factors, true)]),
    ...(cosines.length === 0 ? [] : [lineChart(`${label}: cosines between gradients`, cosines, false)]),
  ];
}

/** A line for each name in the maps of epochs. */
function mapsOf(
  epochs: ReportStage["epochs"],
  mapOf: (epoch: ReportStage["epochs"][number]) => Readonly<Record<string, number>> | undefined,
): readonly { readonly name: string; readonly points: readonly Point[] }[] {
  const names = [...new Set(epochs.flatMap((epoch) => Object.keys(mapOf(epoch) ?? {})))];
  return names.map((name) => ({
    name,
    points: epochs.map((epoch): Point => [epoch.step, mapOf(epoch)?.[name] ?? null]),
  }));
}

type Point = readonly [step: number, value: number | null];

function lineChart(
  title: string,
  series: readonly { readonly name: string; readonly points: readonly Point[] }[],
  fromZero: boolean,
): Chart {
  return {
    title,
    height: 260,
    option: {
      tooltip: { trigger: "axis" },
      legend: { top: 0 },
      grid: { left: 50, right: 20, top: 34, bottom: 40 },
      xAxis: { type: "value", name: "step", nameLocation: "middle", nameGap: 24, max: "dataMax" },
      yAxis: { type: "value", scale: !fromZero },
      series: series.map(({ name, points }) => ({ type: "line", name, symbolSize: 5, data: points })),
    },
  };
}
