import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServedPage, servePage } from "../../cli/serve-page.ts";
import { UsageError } from "../../cli/usage-error.ts";
import { fromHash, untouched } from "../../editors/playground/page/share.ts";
import { abaw, interruptedAt } from "./abaw.ts";

const folder = mkdtempSync(join(tmpdir(), "abaw-page-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a served page", () => {
  let served: ServedPage;
  beforeAll(async () => {
    mkdirSync(join(folder, "page"));
    writeFileSync(join(folder, "page/index.html"), "<p>here</p>");
    writeFileSync(join(folder, "page/page.js"), "1;");
    writeFileSync(join(folder, "page/style.css"), "p {}");
    writeFileSync(join(folder, "page/.hidden"), "hidden");
    writeFileSync(join(folder, "secret.txt"), "secret");
    served = await servePage(join(folder, "page"), 0);
  });
  afterAll(() => served?.close());

  /** A request with its path as it is, which `fetch` would tidy up. */
  const get = (path: string, method = "GET") =>
    new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
      const { port } = new URL(served.address);
      const asked = request({ host: "127.0.0.1", port, path, method }, (response) => {
        let text = "";
        response.on("data", (data: Buffer) => {
          text += data.toString();
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      asked.on("error", reject);
      asked.end();
    });

  test.each([
    ["/", "text/html;charset=utf-8", "<p>here</p>"],
    ["/page.js", "text/javascript", "1;"],
    ["/style.css", "text/css", "p {}"],
  ])("sends %s as what it is, under a strict policy", async (path, type, text) => {
    const answer = await get(path);
    expect(answer).toMatchObject({ status: 200, text });
    expect(answer.headers["content-type"]).toBe(type);
    const policy = String(answer.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; ");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/);
    expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  });

  test.each([
    "/../secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/..\\secret.txt",
    "//secret.txt",
    "/.hidden",
    "/nothing",
    "/%",
    "/%00",
  ])("has nothing at %s", async (path) => {
    expect(await get(path)).toMatchObject({ status: 404, text: "There is no such file.\n" });
  });

  test("answers GET and HEAD alone", async () => {
    expect(await get("/", "POST")).toMatchObject({ status: 405, text: "" });
    expect(await get("/", "HEAD")).toMatchObject({ status: 200, text: "" });
  });

  test("needs a port of its own", async () => {
    const port = Number(new URL(served.address).port);
    await expect(servePage(folder, port)).rejects.toThrow(
      new UsageError(`port ${port} is taken; --port 0 takes a free one`),
    );
  });
});

describe("abaw playground", () => {
  test("prints its address, serves until Ctrl-C, and ends well", async () => {
    const { status, out, err } = await interruptedAt("Ctrl-C ends it", ["playground"], folder);
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
    expect([status, err]).toEqual([0, "Ctrl-C ends it\n"]);
  });

  test("begins with a spec that is named", async () => {
    writeFileSync(join(folder, "own.abaw"), "x = 1\n");
    const words = ["playground", "own.abaw", "--profile", "toy"];
    const { status, out } = await interruptedAt("Ctrl-C ends it", words, folder);
    expect(status).toBe(0);
    expect(await fromHash(new URL(out.trim()).hash)).toEqual({ ...untouched, text: "x = 1\n", profile: "toy" });
  });

  test("writes its files into a folder of their own", () => {
    const { status, out } = abaw(["playground", "--to", "public/page"], folder);
    const names = readdirSync(join(folder, "public/page"));
    expect(names).toContain("index.html");
    expect([status, out]).toEqual([0, `${names.length} files in public/page; its index.html is the page\n`]);
    const again = abaw(["playground", "--to", "public/page"], folder);
    expect(again.status).toBe(1);
    expect(again.err).toContain("public/page is not empty");
  });

  test("takes no port that there cannot be", () => {
    expect(abaw(["playground", "--port", "70000"], folder)).toMatchObject({ status: 1 });
    expect(abaw(["playground", "--port", "eight"], folder).err).toContain("a port is 0 to 65535");
  });
});
