// Builds the page of `abaw graph --format html` without a drawing: its script with everything inside, its style, the licences.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { forBrowsers, licencesOf } from "./playground.mjs";

/** Builds into a folder, which is emptied first. */
export async function buildGraphPage(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    ...forBrowsers,
    entryPoints: { page: "editors/graph-page/index.ts", style: "editors/graph-page/style.css" },
    outdir: folder,
  });
  writeFileSync(join(folder, "licences.txt"), licencesOf(Object.keys(metafile.inputs)));
}
