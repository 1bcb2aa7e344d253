import { describe, expect, test } from "vitest";
import { hoverAt, inlaysOf, lensesOf, signaturesAt } from "../../compiler/edit/index.ts";
import { example, exchanged, opened, unmarked } from "./marked.ts";

const checked = opened(example, { checked: true });

/** What is said at the first occurrence of a part of the example, so many letters into it. */
function said(part: string, into = 1): string {
  const offset = example.indexOf(part);
  expect(offset).toBeGreaterThanOrEqual(0);
  return hoverAt(checked, offset + into)?.text ?? "";
}

describe("hover", () => {
  test("documentation: of a declaration its comment, of the library its own", () => {
    expect(said("model system", 7)).toContain("Encoder, fusion edges from finished stages (equation 1)");
    expect(said("temporal_convergence")).toContain("module temporal_convergence(hidden: int, slope: float = 0.1)");
    expect(said("cosine")).toContain("From the peak to the floor along half a cosine");
    expect(said("bce(au, pos")).toContain("For tasks of units.");
    expect(said("optimizer")).toContain("Default: adamw(1e-4, weight_decay: 0.05)");
    expect(said("augment")).toContain("[flip()] if a field is an image, else []");
  });

  test("kind, type, default and unit", () => {
    expect(said("length: int = 0")).toContain("length: int = 0");
    expect(said("warmup: 1")).toContain("warmup: duration | none = none");
    expect(said("epochs, keep")).toContain("One pass over the stage's training rows");
    expect(said("duration: 30 epochs")).toContain("Unit: epochs, steps, hours.");
    expect(said("expr, [au")).toContain(
      "A task of classes, 8 numbers for each frame. Losses: `ce`, `focal`, `ldam`, `kl`.",
    );
    expect(said("names: mae", 8)).toContain("mae");
  });

  test("shapes with named axes, through which stage", () => {
    expect(said("x = image")).toContain("`[d: 768]` in `alone(");
    expect(said("m -> temporal_convergence")).toContain("`[time, d: 768]` in `");
    expect(said("s -> linear", 5)).toContain("linear(x, out?: int");
  });

  test("of a stage what it trains, how many weights, how long", () => {
    expect(said("stage alone", 7)).toContain("- `alone(au)`: 85.7 M weights; batch 50, 30 epochs; heads au");
    expect(said("expr_final = ")).toContain(
      "96.3 M weights, 53.8 M trained; batch 8, clips of 5, 30 epochs; heads au, expr, valence",
    );
    expect(said("stage joint", 7)).toContain("- and 4 more");
  });

  test("nothing where there is no name", () => {
    expect(hoverAt(checked, example.indexOf("# equation 6") + 4)).toBeUndefined();
    expect(hoverAt(checked, example.length)).toBeUndefined();
  });

  test("facts of an older text keep their places where the text stayed", () => {
    const moved = opened(`# a line more\n${example}`);
    const withFacts = { ...moved, facts: checked.facts };
    const offset = moved.source.text.indexOf("x = image");
    expect(hoverAt(withFacts, offset)?.text).toContain("`[d: 768]`");
    const changed = { ...opened(exchanged(example, "x = image -> face", "x = image -> faces")), facts: checked.facts };
    expect(hoverAt(changed, changed.source.text.indexOf("x = image"))?.text).not.toContain("[d: 768]");
  });
});

describe("lenses and shapes", () => {
  test("parameter counts above models, stages, encoders and what is bound to them", () => {
    const texts = new Map(lensesOf(checked).map(({ span, text }) => [example.slice(span.start, span.end), text]));
    expect(texts.get("face")).toBe("85.6 M weights");
    expect(texts.get("system")).toMatch(/^14 stages · 85\.6 M to 96\.3 M weights, .* trained$/);
    expect(texts.get("alone")).toMatch(/^4 variants · 85\.6 M to 85\.7 M weights$/);
    expect(texts.get("expr_final")).toBe("96.3 M weights, 53.8 M trained");
  });

  test("shapes of what a body defines", () => {
    const shapes = inlaysOf(checked).map(({ offset, text }) => `${/\w+$/.exec(example.slice(0, offset))?.[0]}${text}`);
    expect(shapes).toContain("x: [time, d: 768] | [d: 768]");
  });
});

describe("signatures", () => {
  const help = (marked: string) => {
    const { text, offset } = unmarked(marked, "¦");
    const [first] = signaturesAt(opened(text), offset);
    const active = first?.active === undefined ? undefined : first.parameters[first.active];
    return {
      label: first?.label,
      active: active === undefined ? undefined : first?.label.slice(active.start, active.end),
      text: first?.documentation,
    };
  };

  test("of the library: the argument at hand, by place and by name", () => {
    const at = (call: string) => help(exchanged(example, "adamw(1e-5)", call));
    expect(at("adamw(¦)")).toMatchObject({ active: "lr: schedule" });
    expect(at("adamw(1e-5, ¦)")).toMatchObject({ active: "weight_decay: float = 0.01" });
    expect(at("adamw(1e-5, eps: ¦)")).toMatchObject({ active: "eps: float = 1e-8" });
    expect(at("adamw(cosine(1e-5, ¦))").label).toContain("cosine(peak");
    expect(at("adamw(1e-5, eps: 1, betas: [¦])").active).toBe("betas: [float] = [0.9, 0.999]");
  });

  test("of what the files declare, with its documentation; behind an arrow without the tensors", () => {
    expect(help(exchanged(example, "fusion(drop: 0.3)", "fusion(¦"))).toMatchObject({
      label: "fusion(hidden: int = d, drop: float = 0.3, act: module = relu)",
      active: "hidden: int = d",
    });
    expect(help(exchanged(example, "fusion(drop: 0.3)", "fusion(¦")).text).toContain("Fusion of equation 1");
    expect(help(exchanged(example, "fusion(drop: 0.3)", "dropout(¦")).label).toBe("dropout(rate: float)");
    expect(help(exchanged(example, "joint(expr, [au, expr, valence]", "joint(expr, ¦")).active).toBe("tasks: [task]");
  });

  test("none outside of calls", () => {
    const { text, offset } = unmarked(exchanged(example, "batch: 50", "batch: ¦50"), "¦");
    expect(signaturesAt(opened(text), offset)).toEqual([]);
  });
});
