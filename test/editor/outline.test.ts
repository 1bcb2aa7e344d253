import { describe, expect, test } from "vitest";
import { fixAll, fixesOf, foldsOf, linksOf, outlineOf, semanticTokensOf } from "../../compiler/edit/index.ts";
import { compiled } from "../plan-of.ts";
import { example, opened } from "./marked.ts";

describe("outline and folding", () => {
  test("declarations with what stands in them", () => {
    const shown = outlineOf(opened(example)).map(
      ({ name, kind, children }) => `${kind} ${name}: ${children.map((child) => child.name).join(" ")}`,
    );
    expect(shown).toContain("model system: x m s t");
    expect(shown).toContain("stage alone: where loss augment optimizer batch duration keep");
    expect(shown).toContain("sweep table4_expr: over report");
    expect(shown).toContain("export export final: ");
    expect(outlineOf(opened(example)).find(({ name }) => name === "joint")?.detail).toContain(
      "goal: task, tasks: [task]",
    );
  });

  test("a name lies inside its declaration, also in broken text", () => {
    for (let end = 0; end < example.length; end += 37) {
      const check = (items: ReturnType<typeof outlineOf>): void => {
        for (const { whole, place, children } of items) {
          expect(place.start).toBeGreaterThanOrEqual(whole.start);
          expect(place.end).toBeLessThanOrEqual(whole.end);
          check(children);
        }
      };
      check(outlineOf(opened(example.slice(0, end))));
    }
  });

  test("blocks, comments, uses and sections fold", () => {
    const text = `use "std/aff2.abaw"
use "std/nn.abaw"

# ---- one ----

## Says
## more.
x = {
  a: 1
  b: 2
}

# ---- two ----
y = 2
`;
    expect(foldsOf(opened(text))).toEqual([
      { from: 1, to: 2, kind: "imports" },
      { from: 4, to: 12, kind: "section" },
      { from: 6, to: 7, kind: "comment" },
      { from: 8, to: 10, kind: "code" },
      { from: 13, to: 14, kind: "section" },
    ]);
  });

  test("paths of `use` lead to their files", () => {
    const text = 'use "std/nn.abaw"\nuse "parts/mine.abaw"\nuse "missing.abaw"\n';
    const links = linksOf(opened(text, { files: { "parts/mine.abaw": "x = 1\n" } }));
    expect(links.map(({ span, file }) => [text.slice(span.start, span.end), file])).toEqual([
      ["std/nn.abaw", "std/nn.abaw"],
      ["parts/mine.abaw", "parts/mine.abaw"],
    ]);
  });
});

describe("colours", () => {
  const tokens = semanticTokensOf(opened(example)).map(({ start, end, type, modifiers }) =>
    `${example.slice(start, end)} ${type} ${modifiers.join(" ")}`.trim(),
  );

  test("say what each name is", () => {
    for (const token of [
      "face class declaration readonly",
      "system class declaration",
      "tasks parameter declaration",
      "temporal_convergence function defaultLibrary",
      "bce function defaultLibrary",
      "au type defaultLibrary",
      "warmup parameter defaultLibrary",
      "optimizer property defaultLibrary",
      "balanced enumMember defaultLibrary",
      "x variable declaration",
      "task type defaultLibrary",
    ])
      expect(tokens).toContain(token);
  });

  test("stand in order and never overlap", () => {
    const places = semanticTokensOf(opened(example));
    places.slice(1).forEach(({ start }, i) => {
      expect(start).toBeGreaterThanOrEqual(places[i]?.end ?? 0);
    });
  });
});

describe("quick fixes", () => {
  const fixed = (text: string) => {
    const { diagnostics, sources } = compiled(text);
    const [source] = sources;
    if (source === undefined) throw new Error("no source");
    return { source, diagnostics, fixes: diagnostics.flatMap((each) => fixesOf(each)) };
  };
  const applied = (text: string, edits: readonly { start: number; end: number; text: string }[]) =>
    edits
      .toSorted((a, b) => b.start - a.start)
      .reduce((now, edit) => now.slice(0, edit.start) + edit.text + now.slice(edit.end), text);

  test("the one repair of a mistake, at every place of it", () => {
    const text =
      'use "std/aff2.abaw"\nmodel m() (image) {\n  x = mean(image, over: [h, w])\n  head au = xx -> linear\n}\nstage s = train m() on aff2 { optimzer: adam(1e-3), duration: 2 epochs }\n';
    const { fixes } = fixed(text);
    expect(fixes.map(({ title, preferred }) => [title, preferred])).toContainEqual(["Change to optimizer", true]);
  });

  test("a missing `use`", () => {
    const text =
      "model m() (image) {\n  head au = mean(image, over: [h, w]) -> linear\n}\nstage s = train m() on aff2 { duration: 2 epochs }\n";
    const { fixes } = fixed(text);
    const use = fixes.find(({ title }) => title === 'Put in use "std/aff2.abaw"');
    expect(applied(text, use?.edits ?? [])).toMatch(/^use "std\/aff2.abaw"\n/);
  });

  test("a warning allowed with a reason, behind its line or above it", () => {
    const { diagnostics } = fixed(`use "std/aff2.abaw"
model m(deep: int = 2) (image) {
  head au = mean(image, over: [h, w]) -> linear
}
stage s(wide: int = 3) = train m() on aff2 { duration: 2 epochs }    # of old
`);
    const unused = diagnostics.filter(({ code }) => code === "never-used");
    expect(unused.length).toBe(2);
    for (const each of unused) {
      const [fix] = fixesOf(each).filter(({ title }) => title.startsWith("Allow"));
      const after = applied(each.span.source.text, fix?.edits ?? []);
      expect(compiled(after).diagnostics.filter(({ code }) => code === "never-used").length).toBe(1);
      expect(after).toContain("# allow(never-used): say why");
    }
  });

  test("all repairs of a file at once", () => {
    const text =
      'use "std/aff2.abaw"\nmodel m() (image) {\n  head au = mean(image, over: [h, w]) -> liner\n}\nstage s = train m() on aff2 { optimzer: adam(1e-3), duration: 2 epochs }\n';
    const { source, diagnostics } = fixed(text);
    const all = fixAll(source, diagnostics);
    const after = applied(text, all?.edits ?? []);
    expect(after).toContain("-> linear\n");
    expect(after).toContain("optimizer: ");
  });
});
