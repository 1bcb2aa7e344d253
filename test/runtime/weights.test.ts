import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { withWeights } from "../../runtime/weights/open-weights.ts";
import { resizedPositions } from "../../runtime/weights/resize-positions.ts";
import { tolerances } from "../tolerances.ts";

const folder = fileURLToPath(new URL("../reference/", import.meta.url));
const fileOf = (name: string) => `${folder}weights/${name}`;

type Expected = Readonly<Record<string, { readonly shape: readonly number[]; readonly bits: readonly number[] }>>;
const expected: Readonly<Record<string, Expected>> = JSON.parse(readFileSync(`${folder}weights.json`, "utf8"));

/** Every tensor of a file: its sizes, and its float32 numbers to the bit. */
function numbersIn(path: string): Expected {
  return withWeights(path, (file) =>
    Object.fromEntries(
      [...file.tensors].map(([name, { shape }]) => {
        const data = file.read(name);
        return [name, { shape, bits: Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length)) }];
      }),
    ),
  );
}

describe("files of other programs have the numbers that these had, to the bit", () => {
  test.each(Object.keys(expected))("%s", (name) => {
    expect(numbersIn(fileOf(name))).toEqual(expected[name]);
  });
});

describe("beside the tensors", () => {
  test("of a checkpoint: the dictionaries around them, and plain entries", () => {
    withWeights(fileOf("checkpoint.pth"), ({ boxes, others, classes, kind }) => {
      expect(kind).toBe("PyTorch (zip)");
      expect(boxes).toEqual(["model", "optimizer.state.0"]);
      expect(others).toContainEqual({ name: "epoch", what: "3" });
      expect(others).toContainEqual({ name: "args", what: "an object of argparse.Namespace" });
      expect(classes).toContain("argparse.Namespace");
    });
  });

  test("of a pickled network: the classes, none of which is looked for", () => {
    for (const name of ["module.pth", "module-legacy.pth"])
      withWeights(fileOf(name), ({ classes, tensors }) => {
        expect(classes).toContain("networks.mixed.Mixed");
        expect(classes).toContain("torch.nn.functional.relu");
        expect([...tensors.keys()]).not.toContain("scratch");
      });
  });
});

describe("a table of positions for another grid", () => {
  const tables: readonly Readonly<Record<"from" | "to", readonly number[]> & Record<"rows" | "width", number>>[] =
    JSON.parse(readFileSync(`${folder}positions.json`, "utf8"));

  test.each(tables.map(({ from, rows, width }, i) => [from.length / width, rows, i] as const))(
    "of %i rows has the %i that PyTorch interpolates",
    (_, __, i) => {
      const { from, to, rows, width } = tables[i]!;
      const result = resizedPositions(Float32Array.from(from), width, rows);
      expect(result.length).toBe(to.length);
      for (const [k, value] of to.entries())
        expect(Math.abs((result[k] ?? Number.NaN) - value)).toBeLessThan(tolerances.positions);
    },
  );

  test("is refused where it is no square grid, or has no row for the class token as the other has", () => {
    expect(() => resizedPositions(new Float32Array(6), 1, 9)).toThrow("a table of 6 positions is no square grid");
    expect(() => resizedPositions(new Float32Array(17), 1, 9)).toThrow("a row for the class token");
  });
});
