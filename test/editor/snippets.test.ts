import { describe, expect, test } from "vitest";
import { snippets } from "../../compiler/edit/index.ts";
import { formatSource } from "../../compiler/format/index.ts";
import { compiled, oneLine } from "../plan-of.ts";

/** A snippet as it is before anything is filled in. */
function plain(prefix: string): string {
  const found = snippets.find((each) => each.prefix === prefix);
  if (found === undefined) throw new Error(`there is no snippet ${prefix}`);
  return found.text.replace(/\$\{\d+:([^}]*)\}/g, "$1").replace(/\$\d/g, "");
}

const aff2 = 'use "std/aff2.abaw"\n\n';
const model = `${aff2}model system(tasks: [task] = [au, expr, valence, arousal]) (image) {
  x = mean(image, over: [h, w])
  head t = x -> linear for t in tasks
}

`;
const stage = `${model}stage first = train system() on aff2(112) { duration: 3 epochs }\n\n`;
const assembly = `${stage}assemble final on aff2(112) { t: first for t in [au, expr, valence, arousal] }\n\n`;

/** What must stand before each, so that its names mean something. */
const before: Readonly<Record<string, string>> = {
  use: "",
  task: "",
  data: "task tired = scalar(0 .. 10)\n\n",
  aff2: "",
  encoder: "",
  module: "",
  model: aff2,
  loss: "",
  stage: model,
  sweep: stage,
  assemble: stage,
  export: assembly,
  submit: assembly,
  profile: stage,
};

describe("snippets", () => {
  test.each(snippets.map(({ prefix }) => prefix))("`%s` compiles as it is, and stands in the one style", (prefix) => {
    const around = before[prefix];
    expect(around).toBeDefined();
    const text = `${around}${plain(prefix)}\n`;
    const { diagnostics } = compiled(text);
    expect(diagnostics.filter(({ severity }) => severity === "error").map(oneLine)).toEqual([]);
    expect(formatSource({ name: "test.abaw", text }).text).toBe(text);
  });

  test("the profile changes what it names", () => {
    const { diagnostics } = compiled(`${stage}${plain("profile")}\n`, { profile: "toy" });
    expect(diagnostics.filter(({ severity }) => severity === "error" || severity === "warning").map(oneLine)).toEqual(
      [],
    );
  });
});
