import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

/** What each folder may import beside itself: only what stands before it. The longest folder that matches decides. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  grammar: [],
  "compiler/diagnostics": [],
  "compiler/syntax": ["grammar", "compiler/diagnostics"],
  "compiler/format": ["grammar", "compiler/syntax", "compiler/diagnostics"],
  "compiler/ir": [],
  "compiler/ops": ["compiler/ir"],
  "compiler/autodiff": ["compiler/ir", "compiler/ops"],
  "compiler/passes": ["compiler/ir", "compiler/ops"],
  "compiler/library": ["compiler/ir", "compiler/ops"],
  "compiler/check": [
    "compiler/syntax",
    "compiler/diagnostics",
    "compiler/ir",
    "compiler/ops",
    "compiler/library",
    "compiler/lower/plan.ts",
    "compiler/lower/plan-augment.ts",
    "compiler/lower/plan-data.ts",
    "compiler/lower/follows-scores.ts",
    "compiler/lower/keeps-last.ts",
    "compiler/lower/results.ts",
  ],
  "compiler/lower": [
    "compiler/check",
    "compiler/syntax",
    "compiler/diagnostics",
    "compiler/ir",
    "compiler/ops",
    "compiler/library",
    "compiler/autodiff",
    "compiler/passes",
    "compiler/emit/onnx/networks/without-equal.ts",
  ],
  "compiler/lower/plan.ts": [
    "compiler/ir",
    "compiler/library",
    "compiler/lower/plan-augment.ts",
    "compiler/lower/plan-data.ts",
    "compiler/lower/plan-looks.ts",
    "compiler/lower/plan-networks.ts",
    "compiler/lower/plan-outputs.ts",
    "compiler/lower/plan-streams.ts",
    "compiler/lower/plan-sweeps.ts",
    "compiler/lower/plan-weights.ts",
  ],
  "compiler/lower/plan-looks.ts": ["compiler/lower/plan-augment.ts"],
  "compiler/lower/plan-networks.ts": [],
  "compiler/lower/plan-streams.ts": ["compiler/lower/plan-data.ts"],
  "compiler/lower/plan-sweeps.ts": ["compiler/lower/plan.ts"],
  "compiler/lower/follows-scores.ts": ["compiler/lower/plan.ts"],
  "compiler/lower/keeps-last.ts": ["compiler/lower/plan.ts"],
  "compiler/lower/plan-outputs.ts": ["compiler/ir"],
  "compiler/lower/plan-augment.ts": ["compiler/lower/plan.ts"],
  "compiler/lower/plan-weights.ts": ["compiler/library"],
  "compiler/lower/plan-data.ts": ["compiler/library"],
  "compiler/lower/results.ts": [],
  // What is drawn is made of what is checked; the drawing itself and its formats are of nothing.
  "compiler/draw": ["compiler/check", "compiler/diagnostics", "compiler/ir", "compiler/library", "compiler/lower"],
  "compiler/cost": [
    "compiler/check",
    "compiler/ir",
    "compiler/library",
    "compiler/lower",
    "compiler/ops",
    "compiler/passes",
  ],
  "compiler/explain": [
    "compiler/check",
    "compiler/cost",
    "compiler/draw",
    "compiler/format",
    "compiler/syntax",
    "compiler/diagnostics",
    "compiler/ir",
    "compiler/library",
    "compiler/lower",
  ],
  "compiler/diff": [
    "compiler/check",
    "compiler/draw",
    "compiler/explain",
    "compiler/ir",
    "compiler/lower",
    "compiler/syntax",
  ],
  "compiler/emit": ["compiler/ir", "compiler/ops", "compiler/passes"],
  "compiler/compile.ts": ["compiler"],
  "compiler/edit": ["compiler", "grammar"],
  "runtime/json": [],
  "runtime/checkpoints": ["runtime/engines/engine.ts"],
  "runtime/engines": [
    "compiler/ir",
    "compiler/ops",
    "compiler/passes",
    "compiler/emit",
    "compiler/library",
    "compiler/lower/plan.ts",
    "runtime/threads",
  ],
  // Its processes read weight files and talk in JSON.
  "runtime/engines/torch": [
    "compiler/ir",
    "compiler/emit",
    "compiler/lower/plan.ts",
    "runtime/engines",
    "runtime/checkpoints",
    "runtime/json",
  ],
  "runtime/data": [
    "compiler/library",
    "compiler/emit/wasm",
    "compiler/lower/plan.ts",
    "compiler/lower/plan-augment.ts",
    "compiler/lower/plan-data.ts",
    "runtime/engines/engine.ts",
    "runtime/threads",
  ],
  "runtime/pickle": [],
  "runtime/threads": [],
  runtime: [
    "runtime",
    "compiler/cost",
    "compiler/draw",
    "compiler/ir",
    "compiler/ops",
    "compiler/emit",
    "compiler/library",
    "compiler/lower",
  ],
  "editors/playground": ["compiler", "grammar"],
  "editors/graph-page": ["compiler/draw", "editors/playground/page"],
  "runtime/spec-files": [
    "compiler/check/files.ts",
    "compiler/check/file-header.ts",
    "runtime/checkpoints/is-denied.ts",
    "runtime/data/inside-folder.ts",
    "runtime/headers",
  ],
  "runtime/headers": [
    "compiler/check/file-header.ts",
    "runtime/checkpoints",
    "runtime/data/inside-folder.ts",
    "runtime/weights",
    // Annotations say which videos there are.
    "runtime/data/data-error.ts",
    "runtime/data/formats/listed-images.ts",
  ],
  "runtime/weights": [
    "compiler/library",
    "compiler/lower/plan.ts",
    "runtime/checkpoints",
    "runtime/data/inside-folder.ts",
    "runtime/headers",
    "runtime/json",
    "runtime/pickle",
  ],
  "editors/server": ["compiler", "runtime/spec-files", "package.json"],
  // What it needs of abaw, it asks the server or the program.
  "editors/vscode": [],
  cli: [
    "editors/server",
    "runtime",
    "compiler",
    "package.json",
    "editors/playground/policy.json",
    "editors/playground/page/share.ts",
  ],
};

const forbiddenPackages: Readonly<Record<string, RegExp>> = {
  // The compiler loads no engine and works in a browser's worker.
  grammar: /^(node:|onnxruntime|@tensorflow|sharp|ajv|commander)/,
  compiler: /^(node:|onnxruntime|@tensorflow|sharp|ajv|commander)/,
  runtime: /^(chevrotain|commander|cli-progress|picocolors|vscode)/,
  "editors/playground": /^(node:|onnxruntime|sharp|ajv|commander)/,
  "editors/vscode": /^(chevrotain|onnxruntime|sharp|commander)/,
  "editors/server": /^(onnxruntime|sharp|commander|cli-progress|picocolors)/,
};

const files = ["grammar", "compiler", "runtime", "editors", "cli"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`),
);

const isBelow = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

/** The longest folder of a table that a file is in. */
const homeOf = (file: string, table: Readonly<Record<string, unknown>>) =>
  Object.keys(table)
    .filter((folder) => isBelow(file, folder))
    .toSorted((a, b) => b.length - a.length)[0] ?? "";

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"([^"]+)"|^import "([^"]+)"/gm)].map(
    (match) => match[1] ?? match[2] ?? "",
  );
}

describe("imports", () => {
  test("go only to what stands before", () => {
    const wrong = files.flatMap((file) => {
      const home = homeOf(file, mayImport);
      const allowed = [home, ...(mayImport[home] ?? [])];
      return importsOf(file)
        .filter((name) => name.startsWith("."))
        .map((name) => relative(root, resolve(root, dirname(file), name)))
        .filter((target) => !allowed.some((folder) => isBelow(target, folder)))
        .map((target) => `${file} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test("of packages keep the compiler free of engines and of Node", () => {
    const wrong = files.flatMap((file) => {
      const forbidden = forbiddenPackages[homeOf(file, forbiddenPackages)];
      return importsOf(file)
        .filter((name) => forbidden?.test(name))
        .map((name) => `${file} imports ${name}`);
    });
    expect(wrong).toEqual([]);
  });
});

describe("files", () => {
  test("have one idea each: some 150 lines, 400 at most", () => {
    const lines = (file: string) => readFileSync(join(root, file), "utf8").split("\n").length;
    const long = files.filter((file) => !file.endsWith(".generated.ts") && lines(file) > 400);
    // The grammar is one table of rules.
    expect(long).toEqual(["grammar/rules.ts"]);
  });

  test("every folder says what it turns into what, in at most 15 lines", () => {
    const folders = [...new Set(files.map((file) => dirname(file)))];
    const wrong = folders.filter((folder) => {
      try {
        return (
          readFileSync(join(root, folder, "README.md"), "utf8")
            .trim()
            .split("\n").length > 15
        );
      } catch {
        return true;
      }
    });
    expect(wrong).toEqual([]);
  });

  test("name no place of a machine", () => {
    const found = files.filter((file) => /\/(home|root|work)\//.test(readFileSync(join(root, file), "utf8")));
    expect(found).toEqual([]);
  });
});
