import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CodeAction,
  type CodeLens,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentLink,
  type DocumentSymbol,
  type FoldingRange,
  type Hover,
  type InlayHint,
  type Location,
  type Range,
  type SemanticTokens,
  type SignatureHelp,
  type SymbolInformation,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver";
import { tokenTypes } from "../../compiler/edit/index.ts";
import { Client, positionIn } from "./client.ts";
import { example, exchanged } from "./marked.ts";

const folder = mkdtempSync(join(tmpdir(), "abaw-editor-"));
const uriIn = (name: string) => pathToFileURL(join(folder, name)).href;
const client = new Client();
let capabilities: object = {};

beforeAll(async () => {
  mkdirSync(join(folder, "parts"));
  writeFileSync(join(folder, "example.abaw"), example);
  ({ capabilities } = await client.initialize({ folders: [folder] }));
}, 120_000);

afterAll(async () => {
  expect(await client.end()).toBe(0);
  rmSync(folder, { recursive: true });
});

const uri = uriIn("example.abaw");
const everywhere: Range = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } };
const textAt = (text: string, { start, end }: Range) =>
  start.line === end.line ? (text.split("\n")[start.line] ?? "").slice(start.character, end.character) : "";
const codes = (found: readonly { readonly code?: unknown; readonly severity?: unknown }[]) =>
  found
    .filter(({ severity }) => severity === DiagnosticSeverity.Error || severity === DiagnosticSeverity.Warning)
    .map(({ code }) => code);

/** The example with a change, shown in the editor and back again afterwards. */
async function shown<T>(text: string, ask: () => Promise<T>): Promise<T> {
  await client.change(uri, text);
  const answer = await ask();
  await client.change(uri, example);
  return answer;
}

describe("the language server over standard input and output", () => {
  test("says what it can", () => {
    for (const each of [
      "completion",
      "hover",
      "signatureHelp",
      "definition",
      "references",
      "rename",
      "documentSymbol",
      "foldingRange",
      "semanticTokens",
      "documentFormatting",
      "codeAction",
      "codeLens",
      "inlayHint",
      "documentLink",
      "workspaceSymbol",
    ])
      expect(capabilities).toHaveProperty(`${each}Provider`);
  });

  test("diagnostics as one types: with related places, tags, pages and repairs", async () => {
    expect(codes(await client.open(uri, example))).toEqual([]);
    const at = positionIn(example, "bce(au, pos", 3);
    const found = await client.change(uri, "e", { start: at, end: at });
    const [mistake] = found.filter(({ code }) => code === "unknown-name");
    expect(mistake).toMatchObject({
      severity: DiagnosticSeverity.Error,
      source: "abaw",
      message: expect.stringContaining("did you mean `bce`?"),
    });
    expect(mistake?.codeDescription?.href).toMatch(/docs\/diagnostics\/unknown-name\.md$/);
    expect(textAt(exchanged(example, "bce(au, pos", "bcee(au, pos"), mistake?.range ?? everywhere)).toBe("bcee");
    expect(codes(await client.change(uri, "", { start: at, end: { ...at, character: at.character + 1 } }))).toEqual([]);
    const twice = await client.change(uri, exchanged(example, "variant_b  =", "expr_final ="));
    const [duplicate] = twice.filter(({ code }) => code === "duplicate-name");
    expect(duplicate?.relatedInformation?.[0]).toMatchObject({ message: "first defined here", location: { uri } });
    const unused = await client.change(
      uri,
      exchanged(example, "temporal: bool = false", "temporal: bool = false, unused: int = 1"),
    );
    expect(unused.find(({ code }) => code === "never-used")).toMatchObject({
      severity: DiagnosticSeverity.Warning,
      tags: [DiagnosticTag.Unnecessary],
    });
    expect(codes(await client.change(uri, example))).toEqual([]);
  });

  test("asks to be told when a file that is looked at changes", () => {
    const asked = client.registered.join();
    for (const ending of ["abaw", "safetensors", "onnx", "npy", "npz", "h5"])
      expect(asked).toMatch(new RegExp(`[{,]${ending}[,}]`));
  });

  test("completion: names, keys with defaults and units, words, losses that a task admits, paths of parameters", async () => {
    const offered = (from: string, to: string) => {
      const text = exchanged(example, from, to);
      return shown(text.replace("¦", ""), () => client.completion(uri, positionIn(text, "¦")));
    };
    const labels = (items: Awaited<ReturnType<typeof offered>>) => items.map(({ label }) => label);
    expect(labels(await offered("fusion(drop: 0.3)", "¦"))).toEqual(
      expect.arrayContaining(["x", "fusion", "relu", "temporal"]),
    );
    const keys = await offered("  optimizer: adamw(1e-5)", "  ¦");
    expect(keys.find(({ label }) => label === "patience")).toMatchObject({
      detail: "patience: duration | none",
      documentation: { value: expect.stringContaining("Default: none.") },
    });
    expect(keys.find(({ label }) => label === "patience")).toMatchObject({
      documentation: { value: expect.stringContaining("Unit:") },
    });
    expect(
      labels(
        await offered(
          "duration: 30 epochs, keep: best(score(goal))\n}\n\nstage joint",
          "duration: 30 ¦\n}\n\nstage joint",
        ),
      ),
    ).toEqual(["epochs", "hours", "steps"]);
    expect(labels(await offered("optimizer: adamw(1e-5)", "precision: ¦"))).toEqual(["bf16", "fp32"]);
    expect(labels(await offered("{goal: criterion[goal]}", "{expr: ¦}")).slice(0, 4)).toEqual([
      "ce",
      "focal",
      "kl",
      "ldam",
    ]);
    expect(labels(await offered("{goal: criterion[goal]}", "{goal: bce(¦)}")).slice(0, 2)).toEqual(["au", "goal"]);
    expect(labels(await offered("{face: {lr: 1e-6}", "{face.trunk.blocks[0].¦, face: {lr: 1e-6}"))).toContain("attn");
    expect(labels(await offered("cosine(1e-5, warmup: 1 epoch)", "cosine(1e-5, ¦)"))).toEqual(
      expect.arrayContaining(["warmup", "floor"]),
    );
    expect(labels(await offered("on: aff2.val", "on: aff2.¦"))).toEqual(["all", "fold", "test", "train", "val"]);
  });

  test("hover: documentation, shape and default", async () => {
    const hover = async (part: string, into = 1) => {
      const found = await client.request<Hover | null>("hover", uri, { position: positionIn(example, part, into) });
      return JSON.stringify(found?.contents);
    };
    // Shapes come with the facts of a check, right behind its diagnostics.
    await client.refreshed();
    expect(await hover("temporal_convergence")).toContain("Two LSTM layers and a Leaky ReLU");
    expect(await hover("x = image")).toContain("[time, d: 768]");
    expect(await hover("augment:")).toContain("Default: [flip()] if a field is an image");
  });

  test("signature help, definition and links", async () => {
    const help = await client.request<SignatureHelp>("signatureHelp", uri, {
      position: positionIn(example, "cosine(1e-5, ", 13),
    });
    expect(help.signatures[help.activeSignature ?? 0]?.label).toBe(
      "cosine(peak: float, warmup: duration | none = none, floor: float = 0)",
    );
    expect(help.activeParameter).toBe(1);
    const [place] = await client.request<Location[]>("definition", uri, {
      position: positionIn(example, "fusion(drop"),
    });
    expect(place?.uri).toMatch(/specs\/std\/nn\.abaw$/);
    const library = readFileSync(fileURLToPath(place?.uri ?? ""), "utf8");
    expect(textAt(library, place?.range ?? everywhere)).toBe("fusion");
    const links = await client.request<DocumentLink[]>("documentLink", uri);
    expect(links.map(({ target }) => target?.replace(/.*\/specs\//, ""))).toEqual([
      "std/aff2.abaw",
      "std/vit.abaw",
      "std/nn.abaw",
      "std/time.abaw",
    ]);
  });

  test("references and renaming across files; a file that is not open too", async () => {
    const shared =
      "task tired = scalar(0 .. 10)\n\nmodule small(width: int) (x: [.., d]) -> [.., d: width] { return x -> linear(width) }\n";
    const user =
      'use "parts/shared.abaw"\n\ndata d { format: csv("a.csv"), fields: {image: images("p", size: 32)}, labels: {tired: column("t")}, split: random_split(0.5) }\nmodel m() (image) {\n  head tired = mean(image, over: [h, w]) -> small(width: 3) -> linear\n}\nstage s = train m() on d { duration: 2 epochs }\n';
    writeFileSync(join(folder, "parts/shared.abaw"), shared);
    writeFileSync(join(folder, "closed.abaw"), user);
    const sharedUri = uriIn("parts/shared.abaw");
    await client.open(sharedUri, shared);
    const references = await client.request<Location[]>("references", sharedUri, {
      position: positionIn(shared, "tired"),
      context: { includeDeclaration: true },
    });
    expect(references.map((each) => each.uri.replace(/.*\//, ""))).toEqual([
      "closed.abaw",
      "closed.abaw",
      "shared.abaw",
    ]);
    const edit = await client.request<WorkspaceEdit>("rename", sharedUri, {
      position: positionIn(shared, "width"),
      newName: "wide",
    });
    expect(
      Object.entries(edit.changes ?? {})
        .map(([file, edits]) => [file.replace(/.*\//, ""), edits.length])
        .toSorted(),
    ).toEqual([
      ["closed.abaw", 1],
      ["shared.abaw", 3],
    ]);
    const range = await client.request<Range>("prepareRename", sharedUri, { position: positionIn(shared, "tired", 2) });
    expect(textAt(shared, range)).toBe("tired");
    await expect(
      client.request("rename", uri, { position: positionIn(example, "fusion(drop"), newName: "other" }),
    ).rejects.toThrow("declared in the language's library");
    await expect(
      client.request("rename", uri, { position: positionIn(example, "stage alone", 6), newName: "joint" }),
    ).rejects.toThrow();
    const symbols = await client.connection.sendRequest<SymbolInformation[]>("workspace/symbol", { query: "tird" });
    expect(symbols.map(({ name }) => name)).toContain("tired");
    await client.close(sharedUri);
  });

  test("another open file that uses the edited one is checked again, and open texts go before files", async () => {
    const shared = "width = 3\n";
    const user =
      'use "std/aff2.abaw"\nuse "parts/sizes.abaw"\n\nmodel m() (image) {\n  head au = mean(image, over: [h, w]) -> linear(width) -> linear\n}\nstage s = train m() on aff2 { duration: 2 epochs }\n';
    writeFileSync(join(folder, "parts/sizes.abaw"), "nothing = 1\n");
    const sharedUri = uriIn("parts/sizes.abaw");
    const userUri = uriIn("user.abaw");
    await client.open(sharedUri, shared);
    expect(codes(await client.open(userUri, user))).toEqual([]);
    await client.change(sharedUri, "breadth = 3\n");
    const found = await client.said(userUri, (all) => codes(all).includes("unknown-name"));
    expect(codes(found)).toEqual(["unknown-name"]);
    await client.change(sharedUri, shared);
    await client.said(userUri, (all) => codes(all).length === 0);
    await client.close(sharedUri);
    await client.said(userUri, (all) => codes(all).includes("unknown-name"));
    await client.close(userUri);
    expect(await client.said(userUri, (all) => all.length === 0)).toEqual([]);
  });

  test("document symbols, folding and semantic tokens", async () => {
    const symbols = await client.request<DocumentSymbol[]>("documentSymbol", uri);
    expect(symbols.find(({ name }) => name === "system")?.children?.map(({ name }) => name)).toEqual([
      "x",
      "m",
      "s",
      "t",
    ]);
    const folds = await client.request<FoldingRange[]>("foldingRange", uri);
    expect(folds).toContainEqual(expect.objectContaining({ startLine: 1, endLine: 4, kind: "imports" }));
    const { data } = await client.request<SemanticTokens>("semanticTokens/full", uri);
    expect(data.length % 5).toBe(0);
    let line = 0;
    let character = 0;
    const named = new Map<string, string>();
    for (let i = 0; i < data.length; i += 5) {
      const [down = 0, right = 0, length = 0, type = 0] = data.slice(i, i + 4);
      character = down === 0 ? character + right : right;
      line += down;
      named.set((example.split("\n")[line] ?? "").slice(character, character + length), tokenTypes[type] ?? "");
    }
    expect([named.get("system"), named.get("bce"), named.get("warmup"), named.get("optimizer")]).toEqual([
      "class",
      "function",
      "parameter",
      "property",
    ]);
  });

  test("formatting", async () => {
    const untidy = exchanged(example, "  x = image -> face", "      x   =   image->face");
    const edits = await shown(untidy, () =>
      client.request<TextEdit[]>("formatting", uri, { options: { tabSize: 2, insertSpaces: true } }),
    );
    expect(edits.length).toBe(1);
    expect(edits[0]?.newText.length).toBeLessThan(60);
    expect(
      await client.request<TextEdit[]>("formatting", uri, { options: { tabSize: 2, insertSpaces: true } }),
    ).toEqual([]);
  });

  test("quick fixes: one mistake, all of a file, a warning allowed", async () => {
    const wrong = exchanged(
      exchanged(example, "bce(au, pos", "bcee(au, pos"),
      "optimizer: adamw(1e-5)",
      "optimizer: adamww(1e-5)",
    );
    const actions = await shown(wrong, () =>
      client.request<CodeAction[]>("codeAction", uri, {
        range: { start: positionIn(wrong, "bcee"), end: positionIn(wrong, "bcee") },
        context: { diagnostics: [] },
      }),
    );
    expect(actions.map(({ title, kind }) => `${kind} ${title}`)).toEqual([
      "quickfix Change to bce",
      "quickfix Apply all 2 repairs of this file",
    ]);
    expect(actions[0]?.edit?.changes?.[uri]).toEqual([
      { range: { start: positionIn(wrong, "bcee"), end: positionIn(wrong, "bcee", 4) }, newText: "bce" },
    ]);
    expect(actions[1]?.edit?.changes?.[uri]?.map(({ newText }) => newText)).toEqual(["bce", "adamw"]);
    const all = await shown(wrong, () =>
      client.request<CodeAction[]>("codeAction", uri, {
        range: everywhere,
        context: { diagnostics: [], only: ["source.fixAll"] },
      }),
    );
    expect(all.map(({ kind }) => kind)).toEqual(["source.fixAll.abaw"]);
    const unused = exchanged(example, "temporal: bool = false", "temporal: bool = false, unused: int = 1");
    const allowed = await shown(unused, () =>
      client.request<CodeAction[]>("codeAction", uri, { range: everywhere, context: { diagnostics: [] } }),
    );
    expect(allowed.map(({ title }) => title)).toContain("Allow never-used here, with a reason");
    const lacking = exchanged(example, 'use "std/time.abaw"\n', "");
    const brought = await shown(lacking, () =>
      client.request<CodeAction[]>("codeAction", uri, { range: everywhere, context: { diagnostics: [] } }),
    );
    expect(brought.map(({ title }) => title)).toContain('Put in use "std/time.abaw"');
  });

  test("code lens with weights and cost, and shapes inlaid", async () => {
    const lensOf = async () => {
      const lenses = await client.request<CodeLens[]>("codeLens", uri);
      return new Map(lenses.map(({ range, command }) => [textAt(example, range), command?.title]));
    };
    let lenses = await lensOf();
    while (!/FLOPs/.test(lenses.get("expr_final") ?? "")) {
      await client.refreshed();
      lenses = await lensOf();
    }
    expect(lenses.get("face")).toBe("85.6 M weights");
    expect(lenses.get("alone")).toMatch(/^4 variants · 85\.6 M to 85\.7 M weights · [\d.]+ GFLOPs a frame$/);
    expect(lenses.get("expr_final")).toMatch(/^96\.3 M weights, 53\.8 M trained · [\d.]+ GFLOPs a frame$/);
    const hints = await client.request<InlayHint[]>("inlayHint", uri, { range: everywhere });
    expect(hints.map(({ label }) => label)).toContain(": [time, d: 768] | [d: 768]");
  });

  test("pages of diagnostics on request", async () => {
    expect(await client.connection.sendRequest("abaw/explain", { code: "leakage" })).toMatch(/^# leakage/);
    expect(await client.connection.sendRequest("abaw/explain", { code: "../../package" })).toBeNull();
  });

  test("typing faster than it checks: the last version is what is spoken of", async () => {
    for (let i = 0; i < 20; i += 1)
      client.changeOnly(uri, exchanged(example, "bce(au, pos", `bc${"e".repeat(i + 2)}(au, pos`));
    expect(codes(await client.change(uri, example))).toEqual([]);
  });

  test("documents without a folder, requests for what is not open, places beyond the text: an answer, and the server lives", async () => {
    const untitled = "untitled:Untitled-1";
    expect(codes(await client.open(untitled, 'use "other.abaw"\nx = '))).toContain("cannot-read-file");
    expect(await client.request("hover", uriIn("not-open.abaw"), { position: { line: 1, character: 1 } })).toBeNull();
    expect(await client.request("hover", uri, { position: { line: 99_999, character: 99_999 } })).toBeNull();
    expect(await client.completion(untitled, { line: 1, character: 99 })).not.toEqual([]);
    expect(client.logged.filter((line) => line.includes("failed"))).toEqual([]);
    await client.close(untitled);
  });
});
