import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type ServedPage, servePage } from "../../cli/serve-page.ts";
import { buildPlayground } from "../../scripts/playground.mjs";

/** A Chromium to drive: $CHROMIUM, or where Debian and others put it. */
const executable = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);

const advice = "the playground is tested in a headless Chromium, and there is none: apt-get install -y chromium";

/** Whether there is a browser. Without one the tests are left out, and say so; where CI_BROWSER is `required`, they fail. */
export function browserFound(): boolean {
  if (executable !== undefined) return true;
  if (process.env["CI_BROWSER"] === "required") throw new Error(advice);
  console.warn(`left out: ${advice}`);
  return false;
}

/** The playground built, served and open in a browser that reaches nothing but it. */
export class Playground {
  readonly #folder: string;
  readonly #served: ServedPage;
  readonly #browser: Browser;
  /** Addresses of every request that any page made. */
  readonly requests: string[] = [];
  /** What any page complained of: exceptions, and errors in its console, such as what its policy refused. */
  readonly complaints: string[] = [];

  private constructor(folder: string, served: ServedPage, browser: Browser) {
    this.#folder = folder;
    this.#served = served;
    this.#browser = browser;
  }

  static async start(): Promise<Playground> {
    const folder = mkdtempSync(join(tmpdir(), "abaw-playground-"));
    await buildPlayground(folder);
    const served = await servePage(folder, 0);
    const browser = await chromium.launch({
      ...(executable === undefined ? {} : { executablePath: executable }),
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      ],
    });
    return new Playground(folder, served, browser);
  }

  get address(): string {
    return this.#served.address;
  }

  /** A fresh page, with nothing remembered of others. */
  async open(hash = "", options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    context.on("request", (request) => this.requests.push(request.url()));
    const page = await context.newPage();
    page.on("pageerror", ({ message }) => this.complaints.push(message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.complaints.push(message.text());
    });
    await page.goto(`${this.address}${hash}`);
    return page;
  }

  async end(): Promise<void> {
    await this.#browser.close();
    await this.#served.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
