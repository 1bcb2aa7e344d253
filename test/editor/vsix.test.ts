import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../../compiler/diagnostics/catalogue.ts";
import { Client } from "./client.ts";
import { example } from "./marked.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "abaw-vsix-"));
const unpacked = join(folder, "unpacked");
let names: readonly string[] = [];

beforeAll(() => {
  execFileSync(process.execPath, [`${root}scripts/vsix.mjs`, join(folder, "build")], { stdio: "pipe" });
  const [vsix = ""] = readdirSync(join(folder, "build")).filter((name) => name.endsWith(".vsix"));
  const entries = Object.entries(unzipSync(readFileSync(join(folder, "build", vsix))));
  for (const [name, bytes] of entries) {
    const path = join(unpacked, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  names = entries.map(([name]) => name);
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true }));

const read = (name: string) => readFileSync(join(unpacked, "extension", name), "utf8");

describe("the extension's package", () => {
  test("has the extension, the server, the language's library and every diagnostic's page, and no sources", () => {
    for (const name of [
      "package.json",
      "extension.cjs",
      "server/server.js",
      "server/check-worker.js",
      "language-configuration.json",
      "syntaxes/abaw.tmLanguage.json",
      "snippets/abaw.json",
      "icon.png",
      "icon.svg",
      "specs/std/aff2.abaw",
    ])
      expect(names).toContain(`extension/${name}`);
    for (const code of Object.keys(catalogue)) expect(names).toContain(`extension/docs/diagnostics/${code}.md`);
    expect(names.filter((name) => name.endsWith(".ts") || name.includes("node_modules"))).toEqual([]);
  });

  test("its manifest names files that are there, and the version of the project", () => {
    const manifest = JSON.parse(read("package.json"));
    const project = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
    expect(manifest.version).toBe(project.version);
    const { languages, grammars, snippets, commands } = manifest.contributes;
    const paths = [
      manifest.main,
      manifest.icon,
      languages[0].configuration,
      languages[0].icon.light,
      grammars[0].path,
      snippets[0].path,
    ];
    for (const path of paths) expect(names).toContain(`extension/${path.replace(/^\.\//, "")}`);
    expect(languages[0]).toMatchObject({ id: "abaw", extensions: [".abaw"] });
    const bundle = read("extension.cjs");
    for (const { command } of commands) expect(bundle).toContain(`"${command}"`);
    for (const setting of Object.keys(manifest.contributes.configuration.properties))
      expect(setting).toMatch(/^abaw\./);
  });

  test("the server starts from it on standard input and output, and checks with the library inside", async () => {
    const client = new Client({ program: [join(unpacked, "extension/server/server.js"), "--stdio"] });
    const { serverInfo, capabilities } = await client.initialize();
    expect(serverInfo?.name).toBe("abaw");
    expect(capabilities.completionProvider).toBeDefined();
    const uri = pathToFileURL(join(folder, "example.abaw")).href;
    const found = await client.open(uri, example.replace("bce(au", "bcee(au"));
    const mistakes = found.filter(({ severity }) => severity === 1);
    expect(mistakes.map(({ code }) => code)).toEqual(["unknown-name"]);
    expect(mistakes[0]?.codeDescription?.href).toContain("/extension/docs/diagnostics/unknown-name.md");
    expect(await client.end()).toBe(0);
  });
});
