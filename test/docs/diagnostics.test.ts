import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { FileHeader, Inspect } from "../../compiler/check/file-header.ts";
import { catalogue } from "../../compiler/diagnostics/catalogue.ts";
import { compiled } from "../plan-of.ts";

const folder = fileURLToPath(new URL("../../docs/diagnostics/", import.meta.url));
const codes = Object.keys(catalogue).toSorted();
const programsOf = (code: string) =>
  [...readFileSync(`${folder}${code}.md`, "utf8").matchAll(/```abaw\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

/** The files that pages speak of. */
const headers: Readonly<Record<string, FileHeader>> = {
  "face.h5": stored("video1/00001", [64]),
  "voice.h5": stored("video1/00001", [32]),
  "other.h5": stored("", [100, 64]),
  "face.safetensors": {
    kind: "tensors",
    boxes: [],
    fixed: new Set(),
    shapes: new Map([
      ["weight", [32, 64]],
      ["bias", [32]],
      ["head", [8]],
    ]),
  },
  "tower.safetensors": {
    kind: "tensors",
    boxes: [],
    fixed: new Set(),
    shapes: new Map([
      ["encoder.layer.0.layernorm_before.weight", [64]],
      ["encoder.layer.0.layernorm_before.bias", [64]],
    ]),
  },
};

function stored(name: string, shape: readonly number[]): FileHeader {
  return { kind: "arrays", arrays: new Map([[name, { shape, type: "float32", numeric: true }]]) };
}

const inspect: Inspect = (path, format) =>
  path === "other.h5" && format !== "npy"
    ? { kind: "broken", reason: "it is not HDF5, but an array of NumPy", is: "npy" }
    : (headers[path] ?? { kind: "absent" });

function saidOf(text: string) {
  const options = text.includes("\nprofile toy {") ? { profile: "toy" } : {};
  return compiled(text, { ...options, inspect }).diagnostics;
}

test("every code has its page, and no page is without a code", () => {
  const pages = readdirSync(folder).map((name) => name.replace(/\.md$/, ""));
  expect(pages.toSorted()).toEqual(codes);
});

// A text of more than a million characters says nothing on a page.
describe.each(codes.filter((code) => code !== "file-too-large"))("%s", (code) => {
  const [wrong = "", right = ""] = programsOf(code);

  test("the failing program fails with it, and with nothing else", () => {
    const said = saidOf(wrong).filter((each) => each.severity !== "later" || each.code === code);
    expect(said.map((each) => each.code)).toContain(code);
    if (code !== "too-many-mistakes" && code !== "too-many-remarks") expect(said.length).toBe(1);
  });

  test("the repaired one says nothing more", () => {
    expect(saidOf(right).filter(({ severity }) => severity !== "later")).toEqual([]);
    if (code.startsWith("not-yet")) expect(saidOf(right).map((each) => each.code)).not.toContain(code);
  });
});
