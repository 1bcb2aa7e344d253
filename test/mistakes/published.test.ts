import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { folder } from "./expectation.ts";

/** Rows of the table: the defect, where it was published, and a spec or the reason why there is none. */
const rows = readFileSync(`${folder}published/README.md`, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| ---") && !line.startsWith("| defect "))
  .map((line) => line.slice(2, -2).split(" | "));

const specs = readdirSync(`${folder}published`).filter((name) => name.endsWith(".abaw"));
const linked = rows.flatMap(([, , last = ""]) => /^\[([\w-]+)\]\(\1\.abaw\)$/.exec(last)?.[1] ?? []);

test("every published defect has its spec, or why no spec can have it", () => {
  expect(rows.length).toBeGreaterThan(80);
  for (const row of rows) {
    expect(row.length, row.join(" | ")).toBe(3);
    for (const cell of row) expect(cell.trim().length, row.join(" | ")).toBeGreaterThan(5);
    expect(row[2]).toMatch(/^\[|^no spec(?: that is wrong| of one mistake)?: ./);
  }
});

test("the table names every spec of the folder once, and no other", () => {
  expect(linked.map((name) => `${name}.abaw`).toSorted()).toEqual(specs.toSorted());
});

test("every spec says in its first line where its defect was published, and what it is", () => {
  for (const name of specs) expect(readFileSync(`${folder}published/${name}`, "utf8"), name).toMatch(/^# \S+.*: \S/);
});
