import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Drawing } from "../../compiler/draw/drawing.ts";
import { fold, openTo } from "../../compiler/draw/fold.ts";
import { modelDrawing } from "../../compiler/draw/model-drawing.ts";
import { timelineDrawing, timelineOf } from "../../compiler/draw/timeline.ts";
import { toDot } from "../../compiler/draw/to-dot.ts";
import { toMermaid } from "../../compiler/draw/to-mermaid.ts";
import { svgOf } from "../../runtime/report/svg.ts";
import { analysed, analysedSpec, wholeSpecs } from "./analysed.ts";
import { checkMermaid } from "./mermaid-grammar.ts";

/** Boxes and groups differ in their ids, stand in groups that there are, and arrows go between boxes. */
function expectWhole(drawing: Drawing): void {
  const groups = new Set<string>();
  for (const { id, group } of drawing.groups) {
    expect(group === undefined || groups.has(group), `${id} after the group around it`).toBe(true);
    groups.add(id);
  }
  const ids = [...groups, ...drawing.boxes.map(({ id }) => id)];
  expect(new Set(ids).size).toBe(ids.length);
  const boxes = new Set(drawing.boxes.map(({ id }) => id));
  for (const { id, group } of drawing.boxes) expect(group === undefined || groups.has(group), id).toBe(true);
  const loose = drawing.arrows.filter(({ from, to }) => !boxes.has(from) || !boxes.has(to) || from === to);
  expect(loose).toEqual([]);
}

function shownAt(drawing: Drawing, depth: number): Drawing {
  return fold(drawing, openTo(drawing, depth));
}

const titles = ({ boxes }: Drawing) => boxes.map(({ title, lines }) => [title, ...lines].join("|"));
const arrowsOf = ({ boxes, arrows }: Drawing) => {
  const titleOf = new Map(boxes.map(({ id, title }) => [id, title]));
  return arrows.map(({ from, to }) => `${titleOf.get(from)} > ${titleOf.get(to)}`);
};

describe.each(wholeSpecs)("%s", (path) => {
  test("every model is drawn whole at every depth, its heads reached from what comes in", () => {
    const { stages, trace, nameOf } = analysedSpec(path);
    for (const stage of stages) {
      const drawing = modelDrawing(stage, { trace, nameOf });
      expectWhole(drawing);
      for (const depth of [1, 2, 3]) expectWhole(shownAt(drawing, depth));
      const reached = new Set(
        drawing.boxes.flatMap(({ id, kind }) => (kind === "field" || kind === "feature" ? [id] : [])),
      );
      for (let before = -1; before !== reached.size; ) {
        before = reached.size;
        for (const { from, to } of drawing.arrows) if (reached.has(from)) reached.add(to);
      }
      const shown = drawing.boxes.filter(({ kind }) => kind === "head" || kind === "loss");
      expect(shown.filter(({ id }) => !reached.has(id)).map(({ id }) => `${stage.plan.label}: ${id}`)).toEqual([]);
      const heads = [...drawing.boxes, ...drawing.groups].filter(({ kind }) => kind === "head");
      expect(heads.length).toBeGreaterThanOrEqual(stage.plan.tasks.length);
    }
  });

  test("its stages are drawn whole", () => {
    const { planned } = analysedSpec(path);
    const drawing = timelineDrawing(timelineOf(planned, path));
    expectWhole(drawing);
    expectWhole(shownAt(drawing, 1));
    expect(drawing.boxes.filter(({ kind }) => kind === "stage").length).toBe(planned.stages.length);
  });
});

describe("the example's joint stage", () => {
  const { stage, trace, nameOf } = analysedSpec("specs/00-example.abaw");
  const drawing = modelDrawing(stage("expr_final"), { trace, nameOf, termText: (term) => `term ${term}` });

  test("closed, is what its model's body says", () => {
    const shown = shownAt(drawing, 1);
    expect(titles(shown)).toEqual([
      "image|→ [time, c: 3, h: 224, w: 224]",
      "alone(au).x|→ [time, 768]",
      "alone(valence).x|→ [time, 768]",
      "face|vit|85.6 M weights|→ [time, d: 768]",
      "m|1.2 M weights|→ [time, d: 768]",
      "s|temporal_convergence|9.4 M weights|→ [time, d: 768]",
      "au|12 units, sigmoid|linear|9.2 k weights|→ [time, 12]",
      "expr|8 classes, softmax|linear|6.2 k weights|→ [time, 8]",
      "valence|a scalar, tanh|linear|769 weights|→ [time, 1]",
      "loss.au|term au",
      "loss.expr|term expr",
      "loss.valence|term valence",
    ]);
    expect(arrowsOf(shown)).toEqual([
      "image > face",
      "alone(au).x > m",
      "alone(valence).x > m",
      "face > m",
      "m > s",
      "s > au",
      "s > expr",
      "s > valence",
      "au > loss.au",
      "expr > loss.expr",
      "valence > loss.valence",
    ]);
  });

  test("opened, shows modules inside modules, lists and what is frozen, each with its place in the text", () => {
    const shown = shownAt(drawing, 4);
    const blocks = shown.boxes.filter(({ group }) => group === "face.trunk.blocks");
    expect(blocks.map(({ title, weights }) => `${title} ${weights}`)).toEqual(
      Array.from({ length: 12 }, (_, i) => `blocks[${i}] ${i < 6 ? "frozen" : "trained"}`),
    );
    expect(blocks[0]?.lines).toEqual(["vit_block", "7.1 M weights", "→ [time, n: 197, d: 768]"]);
    expect(shown.groups.find(({ id }) => id === "face.trunk.blocks")?.lines[0]).toBe("12 × vit_block");
    expect(shown.groups.find(({ id }) => id === "face.trunk")?.weights).toBe("mixed");
    const at = (id: string) => [...shown.groups, ...shown.boxes].find((box) => box.id === id)?.place;
    expect(at("face.trunk.blocks")).toEqual({ file: "std/vit.abaw", line: 71 });
    expect(at("m.fusion")).toEqual({ file: "specs/00-example.abaw", line: 14 });
    expect(Object.fromEntries(blocks[0]?.details ?? [])).toMatchObject({
      path: "face.trunk.blocks[0]",
      weights: "7,087,872",
      trained: "none: frozen",
      "start from": "alone(expr)",
    });
  });

  test("opening one group leaves the others closed", () => {
    const shown = fold(drawing, new Set(["face"]));
    expect(shown.groups.map(({ id }) => id)).toEqual(["face"]);
    expect(shown.boxes.filter(({ group }) => group === "face").map(({ title }) => title)).toEqual([
      "trunk",
      "slice",
      "mean",
      "norm",
    ]);
  });
});

test("variants that nothing needs stand in the group of their sweep, what others start from does not", () => {
  const { planned } = analysedSpec("specs/table5/netease.abaw");
  const drawing = timelineDrawing(timelineOf(planned, "netease"));
  const shown = shownAt(drawing, 1);
  expect(shown.boxes.map(({ title }) => title)).toEqual(
    expect.arrayContaining(["sweep table2", "F_au", "final", "export final"]),
  );
  expect(shown.boxes.length).toBeLessThan(20);
  expect(shownAt(drawing, 2).boxes.length).toBe(planned.stages.length + 2);
});

const hostile = `"><script>alert(1)</script>\\" ]; end\n#quot; %% \u0000 \u202e |x| {{}} <b> a & b`;

test("whatever is written in names stays text in every format", async () => {
  const box = (id: string, group?: string) =>
    ({
      id,
      group,
      kind: "layer",
      title: hostile,
      lines: [hostile, ""],
      details: [],
      place: undefined,
      weights: undefined,
    }) as const;
  const drawing: Drawing = {
    title: hostile,
    direction: "down",
    groups: [box(`g ${hostile}`)],
    boxes: [box(hostile, `g ${hostile}`), box(`${hostile}2`)],
    arrows: [{ from: hostile, to: `${hostile}2`, label: hostile, dashed: true }],
  };
  const svg = await svgOf(toDot(drawing));
  expect(svg).not.toContain("<script");
  expect(svg).toContain("&lt;script&gt;");
  expect(svg.match(/class="node layer"/g)?.length).toBe(2);
  expect(svg).toMatch(/id="g0" class="cluster group"/);
  checkMermaid(toMermaid(drawing));
});

test("every drawing is a flowchart that Mermaid's grammar reads, and the same text each time", () => {
  for (const path of wholeSpecs) {
    const { stages, planned, trace, nameOf } = analysedSpec(path);
    const drawings = [
      timelineDrawing(timelineOf(planned, path)),
      ...stages.slice(0, 3).map((stage) => shownAt(modelDrawing(stage, { trace, nameOf }), 3)),
    ];
    for (const drawing of drawings) {
      const text = toMermaid(drawing);
      checkMermaid(text);
      expect(text.match(/^ +b\d+[([]/gm)?.length).toBe(drawing.boxes.length);
    }
  }
});

test("of stages that are one training, what reads them is drawn from the first", () => {
  const right = readFileSync(new URL("../check/right.abaw", import.meta.url), "utf8");
  const { planned } = analysed(`${right}\nagain = together with {batch: 4}\n`);
  const [first, second] = ["together", "again"].map((label) => planned.stages.find((stage) => stage.label === label));
  expect(second?.hash).toBe(first?.hash);
  const members = timelineOf(planned, "right").assemblies.flatMap((assembly) => assembly.members);
  expect(members.flatMap(({ stages }) => stages)).toContain("together");
  expect(members.flatMap(({ stages }) => stages)).not.toContain("again");
});
