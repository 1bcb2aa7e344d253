// Builds the playground: static files that need no server but one that sends them. Names carry a hash of what is inside.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));
const source = "editors/playground";

/** How what browsers run is bundled. */
export const forBrowsers = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "browser",
  target: ["chrome111", "firefox114", "safari16.4"],
  minify: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

/** Builds into a folder, which is emptied first. Gives the size of each file in bytes. */
export async function buildPlayground(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const workers = await bundle(
    folder,
    { compiler: `${source}/worker/compiler.ts`, layout: `${source}/worker/layout.ts` },
    {},
  );
  const page = await bundle(
    folder,
    { page: `${source}/page/index.ts`, style: `${source}/style/index.css` },
    {
      "abaw:workers": {
        compilerWorker: workers.names.get("compiler"),
        layoutWorker: workers.names.get("layout"),
      },
    },
  );
  const html = readFileSync(join(root, source, "index.html"), "utf8")
    .replace("{policy}", JSON.parse(read(`${source}/policy.json`)).page)
    .replace("{style}", page.names.get("style"))
    .replace("{page}", page.names.get("page"));
  writeFileSync(join(folder, "index.html"), html);
  writeFileSync(join(folder, "icon.svg"), readFileSync(join(root, source, "icon.svg")));
  writeFileSync(join(folder, "licences.txt"), licencesOf([...workers.inputs, ...page.inputs]));
}

async function bundle(folder, entryPoints, modules) {
  const { metafile } = await build({
    entryPoints,
    outdir: folder,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    ...forBrowsers,
    splitting: true,
    plugins: [bundled({ ...dataModules, ...modules })],
  });
  const names = new Map();
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    for (const [name, entry] of Object.entries(entryPoints)) if (entry === entryPoint) names.set(name, basename(path));
  }
  return { names, inputs: Object.keys(metafile.inputs) };
}

/** Modules made of the project's data: what each exports. */
const dataModules = {
  get "abaw:specs"() {
    const own = textsOf("specs", ".abaw", (name) => name);
    return {
      library: textsOf("specs/std", ".abaw", (name) => `std/${name}`),
      examples: { "quickstart.abaw": read("examples/quickstart.abaw"), ...own },
    };
  },
  get "abaw:pages"() {
    return { pages: textsOf("docs/diagnostics", ".md", (name) => basename(name, ".md")) };
  },
};

function bundled(modules) {
  return {
    name: "bundled",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^abaw:/ }, ({ path }) => ({ path, namespace: "bundled", sideEffects: false }));
      onLoad({ filter: /.*/, namespace: "bundled" }, ({ path }) => ({
        contents: Object.entries(modules[path])
          .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
          .join("\n"),
      }));
    },
  };
}

function textsOf(folder, ending, nameOf) {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(ending));
  return Object.fromEntries(names.sort().map((name) => [nameOf(name), read(join(folder, name))]));
}

function read(path) {
  return readFileSync(join(root, path), "utf8");
}

/** The licence of every package that is inside. */
export function licencesOf(inputs) {
  const packages = inputs.flatMap(
    (path) => /^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path) ?? [],
  );
  return [...new Set(packages)]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(read(`${folder}/package.json`));
      const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e/i.test(each));
      return `${name} ${version} (${license})\n\n${file === undefined ? "" : read(`${folder}/${file}`).trim()}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}
