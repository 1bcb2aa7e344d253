import { instance } from "@viz-js/viz";
import type { Report } from "./report-data.ts";

/** The stages as boxes, what one takes from another as arrows: dashed for weights it starts from, solid for features; as SVG text. */
export async function stageGraphSvg({ stages, assemblies }: Report): Promise<string> {
  const viz = await instance();
  return viz.renderString(
    {
      directed: true,
      graphAttributes: { rankdir: "LR", bgcolor: "transparent", nodesep: 0.25, ranksep: 0.6 },
      nodeAttributes: {
        shape: "box",
        style: "rounded,filled",
        fillcolor: "#eef3fb",
        color: "#5470c6",
        fontname: "Helvetica,Arial,sans-serif",
        fontsize: 11,
      },
      edgeAttributes: { fontname: "Helvetica,Arial,sans-serif", fontsize: 9, color: "#7a869a" },
      nodes: [
        ...stages.map(({ label, trained, parameters }) => ({
          name: `stage ${label}`,
          attributes: { label: `${wrapped(label)}\n${counted(trained)} of ${counted(parameters)} weights trained` },
        })),
        ...assemblies.map(({ name }) => ({
          name: `assembly ${name}`,
          attributes: { label: name, fillcolor: "#eaf7ec", color: "#3ba272" },
        })),
      ],
      edges: [
        ...stages.flatMap(({ label, reads, starts }) => [
          ...reads.map(({ stage, tensor }) => ({
            tail: `stage ${stage}`,
            head: `stage ${label}`,
            attributes: { label: `feature ${tensor}` },
          })),
          ...starts.map((stage) => ({
            tail: `stage ${stage}`,
            head: `stage ${label}`,
            attributes: { label: "start weights", style: "dashed" },
          })),
        ]),
        ...assemblies.flatMap(({ name, members }) =>
          members.flatMap(({ task, stages: from, steps }) =>
            from.map((stage) => ({
              tail: `stage ${stage}`,
              head: `assembly ${name}`,
              attributes: { label: [task, ...steps].join(", ") },
            })),
          ),
        ),
      ],
    },
    { format: "svg", engine: "dot" },
  );
}

const widest = 34;

/** A long label on several lines, broken after commas. */
function wrapped(label: string): string {
  const lines: string[] = [];
  let line = "";
  for (const part of label.split(/(?<=, )/)) {
    if (line !== "" && line.length + part.length > widest) {
      lines.push(line);
      line = "";
    }
    line += part;
  }
  return [...lines, line].join("\n");
}

/** 85.7 M, 12.3 k. */
export function counted(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} M`;
  return count >= 1e3 ? `${(count / 1e3).toFixed(1)} k` : String(count);
}
