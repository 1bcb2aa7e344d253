import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { graphPage } from "../../cli/graph-page.ts";
import type { Drawing } from "../../compiler/draw/drawing.ts";
import { openTo } from "../../compiler/draw/fold.ts";
import { drawnStage } from "../../compiler/explain/drawings.ts";
import { buildGraphPage } from "../../scripts/graph-page.mjs";
import { analysedSpec } from "../seeing/analysed.ts";
import { browser as found, launchBrowser } from "./browser.ts";

describe.skipIf(found === undefined)("the page of a graph", () => {
  const folder = mkdtempSync(join(tmpdir(), "abaw-graph-"));
  let browser: Browser;
  beforeAll(async () => {
    await buildGraphPage(join(folder, "built"));
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const complaints: string[] = [];
  async function opened(drawing: Drawing, depth: number): Promise<Page> {
    const file = join(folder, "graph.html");
    writeFileSync(file, graphPage(drawing, openTo(drawing, depth), "<svg></svg>", `${join(folder, "built")}/`));
    const page = await browser.newPage();
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("request", (request) => !request.url().startsWith("file:") && complaints.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    await page.locator(".node").first().waitFor();
    return page;
  }

  test("tells what a box is, marks the ways through it, opens and closes groups; without network or complaint", async () => {
    const known = analysedSpec("examples/quickstart.abaw");
    const page = await opened(drawnStage(known.stage("together"), known), 1);
    expect(await page.locator(".node").count()).toBe(15);
    const box = (name: string) => page.getByRole("button", { name }).first();
    await box("s, temporal_convergence").click();
    expect(await page.locator("aside").innerText()).toMatch(
      /^s\n[\s\S]*examples\/quickstart.abaw:22\n[\s\S]*weights\n+148,992\ntrained\nall\n/,
    );
    // The way to every head goes through it, but nothing else stands beside.
    expect(await page.locator(".node.aside").count()).toBe(0);
    await box("au, 12 units").click();
    expect(await page.locator(".node.aside").allInnerTexts()).toHaveLength(6);
    await page.keyboard.press("Escape");
    expect(await page.locator(".aside").count()).toBe(0);
    expect(await page.locator("aside").isHidden()).toBe(true);
    await box("m, 18").dblclick();
    await page.locator(".cluster").waitFor();
    expect(await box("fusion").count()).toBe(1);
    await page.getByRole("button", { name: "close the innermost groups" }).click();
    await expect.poll(() => page.locator(".cluster").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("shows whatever is written in names as text", async () => {
    const hostile = `</script><img src=x onerror="window.ran = true"><!-- " \\ & {{}}`;
    const plain = { group: undefined, details: [[hostile, hostile]], place: undefined, weights: undefined } as const;
    const drawing: Drawing = {
      title: hostile,
      direction: "down",
      groups: [],
      boxes: [{ ...plain, id: hostile, kind: "layer", title: hostile, lines: [hostile] }],
      arrows: [],
    };
    const page = await opened(drawing, 1);
    await page.locator(".node").click();
    expect(await page.locator("aside h3").textContent()).toBe(hostile);
    expect(await page.locator("aside dd").textContent()).toBe(hostile);
    expect(await page.locator("header h1").textContent()).toBe(hostile);
    expect(await page.title()).toBe(hostile);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.evaluate("window.ran")).toBeUndefined();
    expect(complaints).toEqual([]);
    await page.close();
  });
});
