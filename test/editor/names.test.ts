import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { positionOf } from "../../compiler/diagnostics/source.ts";
import { definitionsAt, openEdited, referencesAt, rename } from "../../compiler/edit/index.ts";
import { walkFile } from "../../compiler/edit/names/walk.ts";
import { compiled, readStandard } from "../plan-of.ts";
import { libraryNames, specNames, specsFolder } from "../spec-names.ts";
import { example, opened } from "./marked.ts";

const textOf = (name: string) => readFileSync(`${specsFolder}${name}`, "utf8");

/** Offset of a part of a text, so many letters into it. */
const at = (text: string, part: string, into = 0) => {
  const offset = text.indexOf(part);
  if (offset < 0) throw new Error(`the text has no ${part}`);
  return offset + into;
};

const lineAt = (source: { readonly text: string; readonly name: string }, offset: number) =>
  positionOf(source, offset).line;

/** The text with something renamed, or why it is not. */
function renamed(text: string, part: string, into: number, to: string): string {
  const edited = opened(text);
  const made = rename(edited, at(text, part, into), to);
  if (made.kind === "refused") return `refused: ${made.reason}`;
  let result = "";
  let done = 0;
  for (const { start, end } of made.places) {
    result += text.slice(done, start) + to;
    done = end;
  }
  return result + text.slice(done);
}

/** Members of what is known only when it is used: of a map that is given, of what a list has at a place, of a layer in `init`. */
const ofUnknown: Readonly<Record<string, readonly string[]>> = {
  "pretrain/mae.abaw": ["face", "trunk"],
  "std/efficientnet.abaw": ["expand", "kernel", "stride"],
  "std/mobilevit.abaw": ["act"],
  "std/nn.abaw": ["cos", "sin"],
};

describe("what names stand for", () => {
  test.each([...specNames, ...libraryNames])(
    "every name of %s has a meaning, in parts that no stage reaches too",
    (name) => {
      const { program } = openEdited({ name, text: textOf(name) }, readStandard);
      const unknown = walkFile(program, program.main).places.filter(({ meant }) => meant() === undefined);
      const words = new Set(unknown.map(({ span }) => span.source.text.slice(span.start, span.end)));
      expect([...words].toSorted()).toEqual(ofUnknown[name] ?? []);
    },
  );

  test("definitions: locals, members of a stage, paths, arguments, names of other files", () => {
    const edited = opened(example);
    const defined = (part: string, into = 0) =>
      definitionsAt(edited, at(example, part, into)).map(
        ({ source, start, end }) => `${source.name}:${lineAt(source, start)} ${source.text.slice(start, end)}`,
      );
    expect(defined("sum(s.x", 6)).toEqual(["test.abaw:13 x"]);
    expect(defined("sum(s.x", 4)).toEqual(["test.abaw:14 s"]);
    expect(defined("face.trunk.blocks", 5)).toEqual(["std/vit.abaw:81 trunk"]);
    expect(defined("face.trunk.blocks", 11)).toEqual(["std/vit.abaw:71 blocks"]);
    expect(defined("fusion(drop", 7)).toEqual(["std/nn.abaw:4 drop"]);
    expect(defined("temporal: length", 0)).toEqual(["test.abaw:12 temporal"]);
    expect(defined("lambda.expr: 0.25", 0)).toEqual(["test.abaw:29 lambda"]);
    expect(defined("aff2(224) {", 0)).toEqual(["std/aff2.abaw:12 aff2"]);
    expect(defined("criterion[goal]", 10)).toEqual(["test.abaw:21 goal"]);
  });

  test("references of a name of the file are in the files that use it", () => {
    const shared =
      "task tired = scalar(0 .. 10)\n\nmodule small(width: int) (x: [.., d]) -> [.., d: width] { return x -> linear(width) }\n";
    const user =
      'use "shared.abaw"\n\nmodel m() (image) {\n  head tired = mean(image, over: [h, w]) -> small(width: 3) -> linear\n}\nloss_of = {tired: mse(tired)}\n';
    const files: Record<string, string> = { "shared.abaw": shared, "user.abaw": user };
    const open = (name: string) =>
      openEdited({ name, text: files[name] ?? "" }, (path) => files[path] ?? readStandard(path));
    const found = referencesAt(open("shared.abaw"), at(shared, "tired"), [open("user.abaw")]);
    expect(
      found.map(
        ({ span, defines }) => `${span.source.name}:${lineAt(span.source, span.start)}${defines ? " defined" : ""}`,
      ),
    ).toEqual(["shared.abaw:1 defined", "user.abaw:4", "user.abaw:6", "user.abaw:6"]);
    const made = rename(open("shared.abaw"), at(shared, "width"), "wide", [open("user.abaw")]);
    expect(
      made.kind === "edits"
        ? made.places.map(({ source, start, end }) => `${source.name} ${source.text.slice(start, end)}`)
        : made,
    ).toEqual(["shared.abaw width", "shared.abaw width", "shared.abaw width", "user.abaw width"]);
  });

  test("what no single file knows: a member of a stage that another file gives", () => {
    const shared =
      'use "std/aff2.abaw"\n\nmodel system(from: [stage] = []) (image) {\n  feature = mean(image, over: [h, w]) + sum(s.feature for s in from)\n  head au = feature -> linear\n}\n\nstage first(from: [stage] = []) = train system(from) on aff2 { duration: 1 epochs }\n';
    const user = 'use "shared.abaw"\nsecond = first(from: [first])\n';
    const files: Record<string, string> = { "shared.abaw": shared, "user.abaw": user };
    const open = (name: string) =>
      openEdited({ name, text: files[name] ?? "" }, (path) => files[path] ?? readStandard(path));
    const made = rename(open("shared.abaw"), at(shared, "feature"), "signal", [open("user.abaw")]);
    expect(made.kind === "edits" ? made.places.length : made.reason).toBe(3);
  });
});

describe("renaming", () => {
  test("in patterns, members, terms of the loss, loops, arguments by name, overrides and profiles", () => {
    const text = `use "std/aff2.abaw"

module body(width: int) (x: [.., d]) -> [.., d: width] {
  first = linear(width)
  return x -> first -> relu
}

encoder face = body(width: 8) { weights: load("w.safetensors", fresh: ["first"]) }

model m(from: [stage] = []) (image) {
  x = mean(image, over: [h, w]) -> face
  y = x + sum(s.x for s in from)
  head au = y -> linear
}

stage base(rate: float = 1e-3, from: [stage] = []) = train m(from) on aff2 {
  loss:      {units: bce(au)}
  params:    {face.first: frozen, y: {lr: rate}}
  optimizer: adam(rate)
  keep:      least(loss.units)
  duration:  1 epochs
}

next = base(rate: 1e-4, from: [base])
other = next with {rate: 1e-5}
sweep rates = next { over: {rate: [1e-3, 1e-4]} }
best_one = rates[rate: 1e-3]

profile toy { base: {rate: 1e-2} }
`;
    const count = (name: string, result: string) => result.match(new RegExp(`\\b${name}\\b`, "g"))?.length;
    expect(count("speed", renamed(text, "rate: float", 0, "speed"))).toBe(8);
    expect(renamed(text, "rate: float", 0, "speed")).not.toMatch(/\brate\b/);
    const layer = renamed(text, "first = linear", 0, "lower");
    expect(layer).toContain("face.lower: frozen");
    expect(layer).toContain('fresh: ["lower"]');
    expect(layer).toContain("x -> lower -> relu");
    const feature = renamed(text, "x = mean", 0, "feature");
    expect(feature).toContain("sum(s.feature for s in from)");
    expect(feature).toContain("(x: [.., d])");
    expect(renamed(text, "units: bce", 0, "term")).toContain("keep:      least(loss.term)");
    expect(renamed(text, "s in from", 0, "each")).toContain("sum(each.x for each in from)");
    expect(renamed(text, "face = body", 0, "looks")).toContain("params:    {looks.first: frozen");
    expect(renamed(text, "base(rate", 0, "start")).toContain("profile toy { start: {rate: 1e-2} }");
    for (const [part, to] of [
      ["rate: float", "speed"],
      ["first = linear", "lower"],
      ["x = mean", "feature"],
      ["units: bce", "term"],
    ] as const)
      expect(compiled(renamed(text, part, 0, to)).diagnostics.map(({ code }) => code)).toEqual(
        compiled(text).diagnostics.map(({ code }) => code),
      );
  });

  test("is refused for the library's names, words, axes, keys, fields and what is no name", () => {
    expect(renamed(example, "temporal_convergence", 0, "other")).toBe(
      "refused: `temporal_convergence` is declared in the language's library, std/time.abaw",
    );
    expect(renamed(example, "cosine", 0, "other")).toBe("refused: this is a word of the language");
    expect(renamed(example, "(image)", 1, "picture")).toBe("refused: `image` is the name of a field of the data");
    expect(renamed(example, "# equation 6", 3, "other")).toBe("refused: there is no name here");
    expect(renamed(example, "stage alone", 6, "for")).toMatch(/^refused: `for` is not a name/);
    expect(renamed(example, "stage alone", 6, "2nd")).toMatch(/^refused: `2nd` is not a name/);
    expect(renamed("drawer = {depth: 8}\nside = drawer.depth", "depth", 0, "deep")).toMatch(
      /^refused: `depth` is a key/,
    );
    expect(renamed("module f() (x: [.., d]) { return x -> linear(d) }", "d]", 0, "e")).toMatch(/^refused: an axis/);
  });

  test("is refused where names would clash, be captured or capture others", () => {
    expect(renamed(example, "stage alone", 6, "joint")).toMatch(/^refused: /);
    expect(renamed(example, "expr_final =", 0, "variant_b")).toMatch(/^refused: /);
    expect(renamed(example, "x = image", 0, "temporal")).toMatch(/^refused: /);
    expect(renamed(example, "stage alone", 6, "fusion")).toMatch(/^refused: /);
    // A file's name that a parameter would hide.
    expect(renamed(example, "stage alone", 6, "length")).toMatch(/^refused: /);
    // Inside a loop over `s`, the name of the model that is called so would be another.
    expect(renamed(example, "x = image", 0, "s")).toMatch(/^refused: /);
    // What is called is the library's function all the same.
    expect(renamed(example, "goal: task) = train", 0, "valid")).toContain("valid(valid)");
  });

  const light = [
    "table5/hsemotion.abaw",
    "table5/baseline.abaw",
    "09-curriculum.abaw",
    "10-newcomer.abaw",
    "now/cascade.abaw",
  ];
  test.each(light)("of any name of %s leaves a spec with the same stages", (name) => {
    const text = textOf(name);
    const edited = openEdited({ name: "test.abaw", text }, readStandard);
    const meaning = (spec: string) => {
      const { plan, diagnostics } = compiled(spec);
      const shape = plan?.stages.map(({ parameters, terms, batch }) =>
        [parameters.length, terms.length, batch].join(" "),
      );
      return [diagnostics.map(({ code }) => code).toSorted(), shape?.toSorted()];
    };
    const before = meaning(text);
    let done = 0;
    for (const { span, defines } of walkFile(edited.program, edited.program.main).places) {
      if (!defines) continue;
      const word = text.slice(span.start, span.end);
      const after = renamed(text, text.slice(span.start), 0, `new_${word}`);
      if (after.startsWith("refused")) continue;
      expect(meaning(after), word).toEqual(before);
      done += 1;
    }
    expect(done).toBeGreaterThan(4);
  });
});
