import { instance } from "@viz-js/viz";

/** A drawing in Graphviz's language as SVG text, without what stands before the element: it can be put into a page. */
export async function svgOf(dot: string): Promise<string> {
  const viz = await instance();
  return viz.renderString(dot, { format: "svg", engine: "dot" }).replace(/^[\s\S]*?(?=<svg)/, "");
}
