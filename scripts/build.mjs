// Bundles the CLI: one file for what every command needs, chunks for what some need, and the worker that reads images beside them; then
// the playground. Into another folder that is given, beside specs and docs, the CLI alone.
import { chmodSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildPlayground } from "./playground.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const outdir = process.argv[2] ?? `${root}dist`;
rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { abaw: "cli/abaw.ts", "image-worker": "runtime/data/loader/image-worker.ts" },
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  legalComments: "none",
  // Native ones, and those whose own files are read at run time.
  external: ["onnxruntime-node", "sharp", "@viz-js/viz", "echarts"],
  banner: {
    js: "import { createRequire as abawRequire } from 'node:module'; const require = abawRequire(import.meta.url);",
  },
  logLevel: "warning",
});
chmodSync(`${outdir}/abaw.js`, 0o755);
if (process.argv[2] === undefined) await buildPlayground(`${outdir}/playground`);
