import { instance } from "@viz-js/viz";
import { colours } from "../../compiler/draw/colours.ts";

/** A drawing in Graphviz's language as SVG text, without what stands before the element: it can be put into a page. */
export async function svgOf(dot: string): Promise<string> {
  const viz = await instance();
  return viz.renderString(dot, { format: "svg", engine: "dot" }).replace(/^[\s\S]*?(?=<svg)/, "");
}

/** The same as a file of its own, for light surroundings and dark. */
export function svgFile(svg: string): string {
  const begun = svg.indexOf(">", svg.indexOf("<svg")) + 1;
  const paper = '<rect class="paper" width="100%" height="100%" fill="#ffffff"/>';
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svg.slice(0, begun)}\n<style>${style}</style>\n${paper}${svg.slice(begun)}`;
}

/** Graphviz wrote the colours of light paper; these are those of dark. */
const style = `
text { font-family: Helvetica, Arial, "Liberation Sans", sans-serif; }
.openable path { stroke-dasharray: 5 2; }
@media (prefers-color-scheme: dark) {
.paper { fill: #14181b; }
text { fill: #dbe0e3; }
.cluster path { stroke: #46525a; }
.cluster text, .edge text { fill: #9aa5ac; }
.edge path { stroke: #77848b; }
.edge polygon { stroke: #77848b; fill: #77848b; }
${Object.entries(colours)
  .map(([look, { dark }]) => `.node.${look} path { fill: ${dark.fill}; stroke: ${dark.line}; }`)
  .join("\n")}
}
`;
