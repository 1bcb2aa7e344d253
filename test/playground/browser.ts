import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type ServedPage, servePage } from "../../cli/serve-page.ts";
import { buildPlayground } from "../../scripts/playground.mjs";

const advice = "pages are tested in a headless Chromium, and there is none: apt-get install -y chromium";

/** The first of these programs that there is. Without one the tests are left out, and say so; where they are required, they fail. */
export function browserAmong(paths: readonly (string | undefined)[], required: boolean): string | undefined {
  const found = paths.find((path) => path !== undefined && existsSync(path));
  if (found === undefined && required) throw new Error(advice);
  if (found === undefined) console.warn(`left out: ${advice}`);
  return found;
}

/** A Chromium to drive: $CHROMIUM, or where Debian and others put it. */
export const browser = browserAmong(
  [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
  process.env["CI_BROWSER"] === "required",
);

/** A browser that reaches nothing but this machine. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(browser === undefined ? {} : { executablePath: browser }),
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
}

export const compilerScript = "**/compiler-*.js";

/** The playground built, served and open in a browser that reaches nothing but it. */
export class Playground {
  readonly #folder: string;
  readonly #served: ServedPage;
  readonly #browser: Browser;
  /** Addresses of every request that any page made. */
  readonly requests: string[] = [];
  /** What any page complained of: exceptions, errors in its console, and what its policy refused. */
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
    const driven = await launchBrowser();
    return new Playground(folder, served, driven);
  }

  get address(): string {
    return this.#served.address;
  }

  /**
   * A fresh page, with nothing remembered of others. With a hung compiler its script never ends and time passes only by `page.clock`.
   */
  async open(
    hash = "",
    { hung = false, ...options }: BrowserContextOptions & { readonly hung?: boolean } = {},
  ): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    context.on("request", (request) => this.requests.push(request.url()));
    await context.exposeBinding("violated", (_, what: string) => this.complaints.push(what));
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        const [at] = event.composedPath();
        // Chromium itself, editing a line, tries to give it the style of what was replaced; refusing that is as well.
        if (event.violatedDirective === "style-src-attr" && at instanceof Element && at.closest(".cm-content")) return;
        (window as unknown as { violated: (what: string) => void }).violated(
          `${event.violatedDirective} ${event.blockedURI} in ${at instanceof Element ? at.outerHTML : String(at)}`,
        );
      });
    });
    const page = await context.newPage();
    page.on("pageerror", ({ message }) => this.complaints.push(message));
    page.on("console", (message) => {
      // What the policy refuses is told above, with its place.
      if (!/^(error|warning)$/.test(message.type()) || message.text().includes("Content Security Policy")) return;
      this.complaints.push(message.text());
    });
    if (hung) {
      await page.clock.install({ time: 0 });
      await page.clock.pauseAt(1000);
      await page.route(compilerScript, (route) => route.fulfill({ contentType: "text/javascript", body: "for (;;);" }));
    }
    await page.goto(`${this.address}${hash}`);
    return page;
  }

  async closePages(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
  }

  async end(): Promise<void> {
    await this.#browser.close();
    await this.#served.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
