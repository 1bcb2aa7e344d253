import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { svgFile } from "../../runtime/report/svg.ts";
import { abaw } from "../cli/abaw.ts";
import { checkMermaid } from "./mermaid-grammar.ts";

const spec = "examples/quickstart.abaw";
const folder = mkdtempSync(join(tmpdir(), "abaw-graph-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("abaw graph", () => {
  test("draws the stages as an SVG file for light and dark", () => {
    const file = join(folder, "stages.svg");
    const { status, out } = abaw(["graph", spec, "--to", file]);
    expect([status, out]).toEqual([0, `${file}\n`]);
    const svg = readFileSync(file, "utf8");
    expect(svg).toMatch(
      /^<\?xml[\s\S]*<svg [\s\S]*<style>[\s\S]*prefers-color-scheme: dark[\s\S]*class="node stage"[\s\S]*<\/svg>\s*$/,
    );
    for (const name of ["together", "arousal_alone", "alone(au)", "final", "export final"])
      expect(svg).toContain(`>${name}</text>`);
    const width = Number(/<svg width="(\d+)pt"/.exec(svg)?.[1]);
    expect(width).toBeLessThan(1000);
  });

  test("draws a model as Mermaid, as deep as it is asked to", () => {
    const shallow = abaw(["graph", spec, "together", "--depth", "1", "--format", "mermaid"]);
    const deep = abaw(["graph", spec, "together", "--depth", "2", "--format", "mermaid"]);
    expect([shallow.status, shallow.err]).toEqual([0, ""]);
    checkMermaid(shallow.out);
    checkMermaid(deep.out);
    expect(shallow.out).not.toContain("subgraph");
    expect(deep.out).toContain("subgraph");
    expect(shallow.out).toContain("0.5 #42; ce(expr, weight: balanced, smoothing: 0)");
  });

  test("draws what the spec only calls, in the language of Graphviz", () => {
    const { status, out } = abaw(["graph", spec, "alone(expr) with {batch: 4}", "--format", "dot"]);
    expect(status).toBe(0);
    expect(out).toMatch(/^digraph \{\n/);
    expect(out).toContain('class="head"');
  });

  test.each([
    [["faces"], "faces is no stage"],
    [["togeter"], "did you mean `together`?"],
    [["together", "--format", "png"], "--format takes svg, html, mermaid, dot"],
    [["together", "--depth", "0"], "--depth takes a whole number"],
  ])("%j is the user's mistake", (words, message) => {
    const { status, err } = abaw(["graph", spec, ...words]);
    expect([status, err.includes(message) ? message : err]).toEqual([1, message]);
  });
});

test("a file's style stands inside its element", () => {
  const file = svgFile('<svg width="1pt" viewBox="0 0 1 1">\n<g id="graph0"></g>\n</svg>');
  expect(file).toMatch(
    /<svg width="1pt" viewBox="0 0 1 1">\n<style>[^<]*<\/style>\n<rect class="paper"[^>]*\/>\n<g id="graph0">/,
  );
});
