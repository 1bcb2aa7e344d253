// Builds build/abaw-VERSION.vsix: the extension for VS Code with its server, the language's library and the pages of diagnostics inside.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createVSIX } from "@vscode/vsce";
import { build } from "esbuild";
import sharp from "sharp";

const root = fileURLToPath(new URL("../", import.meta.url));
const out = process.argv[2] ?? `${root}build`;
const staged = `${out}/vscode`;
const source = `${root}editors/vscode`;
const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

rmSync(staged, { recursive: true, force: true });
mkdirSync(`${staged}/server`, { recursive: true });

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
};
await build({
  ...common,
  entryPoints: { extension: "editors/vscode/src/extension.ts" },
  outdir: staged,
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  // What VS Code 1.91 runs.
  target: "node20.11",
  external: ["vscode"],
});
await build({
  ...common,
  entryPoints: { server: "editors/server/main.ts", "check-worker": "editors/server/check-worker.ts" },
  outdir: `${staged}/server`,
  splitting: true,
  format: "esm",
  target: "node20.11",
  banner: {
    js: "import { createRequire as abawRequire } from 'node:module'; const require = abawRequire(import.meta.url);",
  },
});

const manifest = { ...JSON.parse(readFileSync(`${source}/package.json`, "utf8")), version };
writeFileSync(`${staged}/package.json`, `${JSON.stringify(manifest, undefined, 2)}\n`);
for (const name of ["README.md", "language-configuration.json", "syntaxes", "snippets"])
  cpSync(`${source}/${name}`, `${staged}/${name}`, { recursive: true });
cpSync(`${root}specs/std`, `${staged}/specs/std`, { recursive: true });
cpSync(`${root}docs/diagnostics`, `${staged}/docs/diagnostics`, { recursive: true });
const icon = readFileSync(`${root}editors/playground/icon.svg`);
writeFileSync(`${staged}/icon.svg`, icon);
await sharp(icon, { density: 288 }).resize(256, 256).png().toFile(`${staged}/icon.png`);

const packagePath = `${out}/abaw-${version}.vsix`;
await createVSIX({ cwd: staged, packagePath, dependencies: false, skipLicense: true, allowMissingRepository: true });
