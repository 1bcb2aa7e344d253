import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The Python files that go along with every stage: beside the bundle, or beside this file of the sources. */
const folder = ["./python/", "./torch/"].map((name) => fileURLToPath(new URL(name, import.meta.url))).find(existsSync);

/** One rank of the engine, which talks with abaw: no part of a package that stands by itself. */
export const workerFile = "worker.py";

/** Their texts by name. */
export function shippedPython(): ReadonlyMap<string, string> {
  if (folder === undefined) throw new Error("the Python files of the PyTorch engine are missing; install abaw again");
  const names = readdirSync(folder).filter((name) => name.endsWith(".py") || name === "README.md");
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
