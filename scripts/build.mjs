// Bundles the command line: the program, and `check` by itself, as one function each, and what starts them; the workers that read images and check
// for editors; the pages. Into another folder that is given, beside specs and docs, without the pages.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildGraphPage } from "./graph-page.mjs";
import { buildPlayground } from "./playground.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const outdir = process.argv[2] ?? `${root}dist`;
rmSync(outdir, { recursive: true, force: true });
const common = {
  absWorkingDir: root,
  outdir,
  bundle: true,
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  legalComments: "none",
  // Native ones, and those whose own files are read at run time.
  external: ["onnxruntime-node", "sharp", "@viz-js/viz", "echarts", "tsx/esm/api"],
  logLevel: "warning",
};
// Commander wants processes for commands that are programs of their own. Here are none, and Node takes a while to make them ready.
const lateProcesses = {
  name: "late-processes",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes("/commander/") ? { path: "child_process", namespace: "late" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "late" }, () => ({
      contents: 'exports.spawn = (...args) => require("node:child_process").spawn(...args);',
    }));
  },
};
await build({
  ...common,
  plugins: [lateProcesses],
  entryPoints: { abaw: "cli/abaw.ts", "abaw-check": "cli/abaw-check.ts" },
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  minifyWhitespace: true,
  // From V8's code cache, `import` finds no loader.
  supported: { "dynamic-import": false },
  define: { "import.meta.url": "abawUrl", "import.meta.resolve": "require.resolve" },
  banner: {
    js: "(function(require,abawFile,abawWhole){const abawUrl=require('node:url').pathToFileURL(abawFile).href;",
  },
  footer: { js: "})" },
});
// Node loads CommonJS sooner than modules.
await build({
  ...common,
  entryPoints: {
    abaw: "cli/launch.ts",
    "image-worker": "runtime/data/loader/image-worker.ts",
    "check-worker": "editors/server/check-worker.ts",
  },
  format: "cjs",
  define: { "import.meta.url": "abawUrl" },
  banner: { js: "const abawUrl = require('node:url').pathToFileURL(__filename).href;" },
});
// HDF5's library is a module of its own.
await build({
  ...common,
  entryPoints: { "hdf5-worker": "runtime/features/stored/hdf5-worker.ts" },
  outExtension: { ".js": ".mjs" },
  external: ["h5wasm"],
  format: "esm",
});
// What the PyTorch engine's processes run.
cpSync(`${root}runtime/engines/torch/python`, `${outdir}/torch`, { recursive: true });
writeFileSync(`${outdir}/package.json`, '{ "type": "commonjs" }\n');
chmodSync(`${outdir}/abaw.js`, 0o755);
if (process.argv[2] === undefined) {
  await buildGraphPage(`${outdir}/graph-page`);
  await buildPlayground(`${outdir}/playground`);
}
const { status, stderr } = spawnSync(process.execPath, [`${root}scripts/code-cache.mjs`, outdir], {
  cwd: root,
  encoding: "utf8",
});
if (status !== 0) throw new Error(`the program does not run:\n${stderr}`);
