import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compiled, oneLine } from "../plan-of.ts";

const folder = fileURLToPath(new URL("./accepted/", import.meta.url));
const specs = readdirSync(folder)
  .filter((name) => name.endsWith(".abaw"))
  .toSorted()
  .map((name) => {
    const text = readFileSync(`${folder}${name}`, "utf8");
    return { name, text, later: /^# Later: (.*)$/m.exec(text)?.[1]?.split("; ") ?? [] };
  });

// Each file is a way to say something that its first line names; what only a later version can carry out stands on the second.
test.each(specs)("$name is right, and what is for later is told", ({ text, later }) => {
  const { plan, diagnostics } = compiled(text);
  expect(diagnostics.filter(({ severity }) => severity !== "later").map(oneLine)).toEqual([]);
  const told = diagnostics.filter(({ severity }) => severity === "later");
  expect(told.map(({ message }) => message.replace(/: checked, but .*$/, ""))).toEqual(later);
  expect(plan).toBeDefined();
});

test("there is one for every part of the language", () => {
  expect(specs.length).toBeGreaterThanOrEqual(50);
});
