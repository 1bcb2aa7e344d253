import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { emitOnnx } from "../../compiler/emit/onnx/emit-onnx.ts";
import { listNodes } from "../../compiler/emit/onnx/list-nodes.ts";
import { fileName, type NamedGraph, wholeStepGraph } from "../../compiler/lower/named-graphs.ts";
import { fromHash, toHash, untouched } from "../../editors/playground/page/share.ts";
import { planOf } from "../plan-of.ts";
import { browser, browserAmong, compilerScript, Playground } from "./browser.ts";
import { on, until } from "./page.ts";
import { small } from "./small.ts";

const root = new URL("../../", import.meta.url);
const quickstart = readFileSync(new URL("examples/quickstart.abaw", root), "utf8");
const linkTo = async (text: string, more: object = {}) => `#${await toHash({ ...untouched, ...more, text })}`;

test("without a browser these tests are left out, and where they are required, fail and say what to do", () => {
  expect(() => browserAmong(["/nowhere/chromium"], true)).toThrow("apt-get install -y chromium");
  expect(browserAmong(["/nowhere/chromium", undefined], false)).toBeUndefined();
});

describe.skipIf(browser === undefined)("the playground in a browser", () => {
  let playground: Playground;
  beforeAll(async () => {
    playground = await Playground.start();
  });
  afterAll(() => playground?.end());
  afterEach(async () => {
    await playground.closePages();
    expect(playground.complaints.splice(0)).toEqual([]);
  });

  test("begins with an example that is right, and says so", async () => {
    const page = await playground.open();
    await on(page).fine();
    expect(await page.locator(".fine").textContent()).toContain("Nothing is wrong.");
    const milliseconds = await page.evaluate(() => performance.now());
    console.log(`playground: ${Math.round(milliseconds)} ms from the request to the first diagnostics`);
  });

  test("shows a mistake while it is typed, with its message, and takes it back when it is repaired", async () => {
    const page = await playground.open(await linkTo(small));
    await on(page).fine();
    await on(page).putCursorBehind("-> relu");
    await page.keyboard.type("x");
    await on(page).squiggle("relux").waitFor();
    expect(await on(page).problems.allTextContents()).toEqual([
      expect.stringContaining("there is no module or function named relux unknown-name"),
    ]);
    expect(await page.locator(".badge").textContent()).toBe("1");
    await on(page).squiggle("relux").hover();
    expect(await page.locator(".cm-tooltip .message").textContent()).toContain("no module or function named relux");
    expect(await page.locator(".cm-tooltip .help").textContent()).toBe("did you mean relu?");

    await on(page).editor.click();
    await on(page).putCursorBehind("-> relux");
    await page.keyboard.press("Backspace");
    await on(page).squiggle("relu").waitFor({ state: "detached" });
    await on(page).fine();
    expect(await on(page).problems.count()).toBe(0);

    await on(page).tab("Graph").click();
    await page.locator(".canvas .node", { hasText: "first" }).waitFor();
    await page.getByLabel("which graph").selectOption({ label: "model of" });
    await page.locator(".canvas .node", { hasText: "conv" }).waitFor();
    mkdirSync(new URL("build/", root), { recursive: true });
    await page.screenshot({ path: fileURLToPath(new URL("build/playground.png", root)) });
  });

  test("offers to allow a warning with a reason", async () => {
    const page = await playground.open(await linkTo(`${small}\nmodule spare() (x: [.., d]) { return x }\n`));
    await page.locator(".badge.warning", { hasText: "1" }).waitFor();
    await page.locator(".fix", { hasText: "Allow never-used here" }).click();
    await until(
      "the reason is asked for",
      async () => (await on(page).text())?.includes("{ return x }  # allow(never-used): say why") ?? false,
      page,
    );
    await on(page).fine();
  });

  test("repairs by a click, in the list and under the squiggle", async () => {
    const page = await playground.open(await linkTo(small.replace("relu", "rellu").replace("duration", "durration")));
    await page.locator(".problem").nth(1).waitFor();
    await page.locator(".fix", { hasText: "Change to relu" }).click();
    await on(page).squiggle("rellu").waitFor({ state: "detached" });
    await on(page).squiggle("durration").hover();
    await page.locator(".cm-diagnosticAction").click();
    await on(page).fine();
    await until("the text is right", async () => (await on(page).text()) === small, page);
  });

  test("completes what is typed, and says what a name is", async () => {
    const page = await playground.open(await linkTo(small));
    await on(page).fine();
    await on(page).putCursorBehind("epochs");
    await page.keyboard.press("Enter");
    await page.keyboard.type("pati");
    const offered = page.locator(".cm-tooltip-autocomplete li", { hasText: "patience" });
    await offered.waitFor();
    expect(await offered.locator(".cm-completionDetail").textContent()).toBe("duration | none");
    await offered.click();
    await page.keyboard.type("2 epochs");
    await until("it is put in", async () => (await on(page).text())?.includes("  patience: 2 epochs") ?? false, page);
    await on(page).fine();

    await page.locator(".editor .cm-line span", { hasText: "conv" }).hover();
    const said = page.locator(".cm-tooltip .documentation");
    await said.waitFor();
    expect(await said.locator("pre").textContent()).toContain("conv(x, out: int, kernel: int");
    await page.locator(".editor .cm-line span.look-declared", { hasText: /^x$/ }).hover();
    await said.locator("code", { hasText: "[c: 8, h: 16, w: 16]" }).waitFor();
  });

  test("goes to where a name is defined, also in the language's own files", async () => {
    const page = await playground.open(await linkTo(small));
    await on(page).fine();
    await on(page).putCursorBehind("train m");
    await page.keyboard.press("F12");
    await page.locator(".editor .cm-lineNumbers .cm-activeLineGutter", { hasText: /^3$/ }).waitFor();
    await page.locator(".editor .look-called", { hasText: /^aff2$/ }).click({ modifiers: ["ControlOrMeta"] });
    await page.locator("dialog h2", { hasText: "std/aff2.abaw" }).waitFor();
  });

  test("explains a diagnostic on its page, whose programs can be tried", async () => {
    const page = await playground.open(await linkTo(small.replace("relu", "rellu")));
    await page.locator(".problem .code-link").click();
    const sheet = page.locator("dialog");
    await sheet.locator("h2", { hasText: "Wrong" }).waitFor();
    expect(await sheet.locator("h2").first().textContent()).toBe("unknown-name");
    const right = await sheet.locator("pre").nth(1).textContent();
    await sheet.getByRole("button", { name: "try it" }).nth(1).click();
    await until("the program is there", async () => (await on(page).text()) === right, page);
    await on(page).fine();
    await on(page).editor.focus();
    await page.keyboard.press("ControlOrMeta+z");
    await on(page).squiggle("rellu").waitFor();
  });

  test("jumps from the graph to the line that makes a box, and shows places in the language's own files", async () => {
    const page = await playground.open(await linkTo(small, { tab: "graph", model: true }));
    await page.locator(".canvas .node", { hasText: "linear" }).click();
    await page.locator("#panel-graph .detail .place").click();
    await page.locator(".editor .cm-activeLineGutter", { hasText: /^5$/ }).waitFor();
    await page.goto(`${playground.address}${await linkTo(vit, { tab: "graph", model: true })}`);
    await page.locator(".canvas .node", { hasText: "embed" }).first().click();
    await page.locator("#panel-graph .detail .place", { hasText: "std/vit.abaw" }).click();
    expect(await page.locator("dialog h2").textContent()).toBe("std/vit.abaw");
    await page.locator("dialog .cm-line", { hasText: "module vit_trunk" }).waitFor();
  });

  describe("remembers in its address", () => {
    test("the text, the profile, the tab, the stage and its side, over a reload", async () => {
      const page = await playground.open();
      await on(page).fine();
      const text = `${quickstart}\nprofile short { stage: {duration: 1 epochs} }\n`;
      await on(page).write(text);
      await page.getByLabel("profile", { exact: true }).selectOption("short");
      await on(page).tab("ONNX").click();
      await page.getByLabel("stage", { exact: true }).selectOption("together");
      await page.getByLabel("which graph").selectOption({ label: "training step" });
      const all = { profile: "short", tab: "onnx", stage: "together", training: true, model: false, text };
      await until(
        "the address says all",
        async () => isDeepStrictEqual(await fromHash(new URL(page.url()).hash), all),
        page,
      );
      await page.reload();
      await page.locator(".row").first().waitFor();
      expect(await page.getByLabel("profile", { exact: true }).inputValue()).toBe("short");
      expect(await on(page).tab("ONNX").getAttribute("aria-selected")).toBe("true");
      expect(await page.getByLabel("stage", { exact: true }).inputValue()).toBe("together");
      expect(await page.getByLabel("which graph").inputValue()).toBe("b");
    });

    test("nothing that cannot be read: then it says why and shows an example", async () => {
      const page = await playground.open("#text=!!!");
      await on(page).fine();
      expect(await page.locator(".notice").textContent()).toContain("This link cannot be read");
      await page.locator(".editor .cm-line", { hasText: "Progressive learning" }).waitFor();
      await page.locator(".notice button").click();
      expect(await page.locator(".notice").isVisible()).toBe(false);
    });

    test("what another link says, when one is pasted", async () => {
      const page = await playground.open();
      await on(page).fine();
      await page.evaluate(
        (hash) => {
          location.hash = hash;
        },
        await linkTo(small, { tab: "resolved" }),
      );
      await page.locator(".editor .cm-line", { hasText: "conv(8, kernel: 3, stride: 2)" }).waitFor();
      expect(await on(page).tab("Resolved").getAttribute("aria-selected")).toBe("true");
    });

    test("what it copies for sharing", async () => {
      const page = await playground.open(await linkTo(small), { permissions: ["clipboard-read", "clipboard-write"] });
      await on(page).fine();
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      const copied = new URL(await page.evaluate(() => navigator.clipboard.readText()));
      expect(`${copied.origin}/`).toBe(playground.address);
      expect(await fromHash(copied.hash)).toEqual({ ...untouched, text: small });
    });
  });

  test("loads every example, each without an error, with a graph of its stages", async () => {
    const page = await playground.open("", { viewport: { width: 1200, height: 800 } });
    await on(page).fine();
    const names = ["quickstart", ...namesIn("specs")];
    const offered = await page
      .getByLabel("example", { exact: true })
      .locator("option")
      .evaluateAll((all) => all.map((option) => option.getAttribute("value") ?? ""));
    expect(offered.toSorted()).toEqual(names.toSorted());
    await on(page).tab("Graph").click();
    for (const name of names) {
      await page.getByLabel("example", { exact: true }).selectOption(name);
      await on(page).checked();
      expect(await page.locator(".badge.error").count(), name).toBe(0);
      await until(
        `${name} is drawn`,
        async () =>
          (await page.locator("#panel-graph .stale").count()) === 0 &&
          (await page.locator(".canvas .node").count()) > 0,
        page,
      );
    }
  }, 120_000);

  test("lists the nodes of the ONNX file, and gives the file, byte for byte as the compiler writes it", async () => {
    const graph = wholeStepGraph(planOf(small).stages[0]!);
    const { model, types } = emitted(graph);
    const { nodes } = listNodes(model, types);
    const page = await playground.open(await linkTo(small, { tab: "onnx", stage: "first", training: true }));
    await page.locator(".row").first().waitFor();
    expect(await page.locator("#panel-onnx .summary").textContent()).toMatch(new RegExp(`^${nodes.length} nodes · `));
    const shown = new Map<number, readonly (string | null)[]>();
    const list = page.locator(".rows");
    for (let at = 0; at < nodes.length; at += 10) {
      await list.evaluate((element, top) => {
        element.scrollTop = top;
      }, at * 28);
      await page.locator(`.row[data-index="${at}"]`).waitFor();
      for (const [index, ...cells] of await rowsIn(page)) shown.set(Number(index), cells);
    }
    expect(shown.size).toBe(nodes.length);
    expect(nodes.map((_, i) => shown.get(i)?.slice(0, 2))).toEqual(nodes.map(({ op, name }) => [op, name]));

    const counts = new Map<string, number>();
    for (const { op } of nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
    const chips = await page.locator(".chip").allTextContents();
    expect(new Map(chips.map((chip) => [chip.split(" ")[0], Number(chip.split(" ")[1])]))).toEqual(counts);
    await page.locator(".chip", { hasText: /^Conv / }).click();
    await until(
      "only convolutions are listed",
      async () => (await rowsIn(page)).every(([, op]) => op === "Conv"),
      page,
    );
    await page.locator(".row").first().click();
    expect(await page.locator("#panel-onnx .detail").textContent()).toContain("float32[32, 3, 32, 32]");

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download .onnx" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${fileName(graph.name)}.onnx`);
    expect(readFileSync(await download.path()).equals(model)).toBe(true);
  });

  test("writes out every default of a stage, as text that means the same", async () => {
    const page = await playground.open(await linkTo(small, { tab: "resolved" }), {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await page.locator("#panel-resolved .cm-line", { hasText: "adamw(1e-4" }).waitFor();
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const block = await page.evaluate(() => navigator.clipboard.readText());
    const again = `${small.slice(0, small.indexOf("stage first"))}${block}`;
    expect(planOf(again).stages[0]?.hash).toBe(planOf(small).stages[0]?.hash);
  });

  test("formats on request, and keeps the cursor on its line", async () => {
    const page = await playground.open(await linkTo(small.replace("duration: 1", "duration:   1")));
    await on(page).fine();
    await on(page).putCursorBehind("duration");
    await page.keyboard.press("ControlOrMeta+s");
    await until("the text is in the style", async () => (await on(page).text()) === small, page);
    expect(await page.locator(".editor .cm-lineNumbers .cm-activeLineGutter").textContent()).toBe("10");
  });

  test("can be used by keyboard: tabs by arrows, problems one after the other", async () => {
    const page = await playground.open(await linkTo(small.replace("relu", "rellu")));
    await on(page).squiggle("rellu").waitFor();
    await on(page).tab("Problems").focus();
    await page.keyboard.press("ArrowRight");
    expect(await on(page).tab("Graph").getAttribute("aria-selected")).toBe("true");
    await page.keyboard.press("ArrowLeft");
    await on(page).editor.focus();
    await page.keyboard.press("F8");
    await page.locator(".cm-tooltip .message").waitFor();
  });

  test("stops a check that takes too long, says so, and checks again when asked to", async () => {
    const page = await playground.open(await linkTo(small), { hung: true });
    await page.locator("footer", { hasText: "starting the compiler" }).waitFor();
    await page.clock.runFor(1_100);
    await page.getByRole("button", { name: "stop" }).waitFor();
    await page.clock.runFor(9_000);
    await page.locator("footer .bad", { hasText: "The check took too long and was stopped." }).waitFor();
    await page.unroute(compilerScript);
    await page.getByRole("button", { name: "try again" }).click();
    await page.locator("footer .good", { hasText: "1 stage" }).waitFor();
  });

  test.each([
    ["a phone", { viewport: { width: 360, height: 740 }, hasTouch: true }],
    ["a dark desktop", { viewport: { width: 1440, height: 900 }, colorScheme: "dark" as const }],
  ])("fits %s", async (_, options) => {
    const page = await playground.open(await linkTo(quickstart, { tab: "onnx" }), options);
    await page.locator(".row").first().waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBe(0);
    const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(dark === "rgb(20, 24, 27)").toBe("colorScheme" in options);
  });

  test("takes text of a spec for text", async () => {
    const page = await playground.open(await linkTo(`use "<img src=x onerror=alert(1)>"\n${small}`));
    await page.locator(".problem", { hasText: "<img src=x onerror=alert(1)>" }).waitFor();
    expect(await page.locator("img:not([src='icon.svg'])").count()).toBe(0);
  });

  test("asks nobody but its own server", () => {
    const others = playground.requests.filter(
      (address) =>
        !address.startsWith(playground.address) && !address.startsWith("blob:") && !address.startsWith("data:"),
    );
    expect(playground.requests.length).toBeGreaterThan(20);
    expect(others).toEqual([]);
  });
});

const vit = `use "std/aff2.abaw"
use "std/vit.abaw"

encoder face = vit(depth: 2, dim: 32, heads: 2, patch: 16)

model m() (image) {
  head au = image -> face -> linear
}

stage first = train m() on aff2(32) {
  loss:     {au: bce(au)}
  duration: 1 epochs
}
`;

function emitted({ graph, options }: NamedGraph) {
  return emitOnnx(graph(), options);
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(new URL(`${folder}/`, root))
    .filter((name) => name.endsWith(".abaw"))
    .map((name) => name.replace(".abaw", ""));
}

async function rowsIn(page: Page): Promise<readonly (readonly (string | null)[])[]> {
  return page
    .locator(".row")
    .evaluateAll((rows) =>
      rows.map((row) => [row.getAttribute("data-index"), ...[...row.children].map((cell) => cell.textContent)]),
    );
}
