/** Data of the project that scripts/playground.mjs puts into the bundles. */

declare module "abaw:specs" {
  /** Texts of the language's own library (`std/..`), of the example specs and of the quickstart, by name. */
  export const specs: Readonly<Record<string, string>>;
}

declare module "abaw:pages" {
  /** The page of every diagnostic as HTML, by code. */
  export const pages: Readonly<Record<string, string>>;
}

declare module "abaw:workers" {
  /** Addresses of the workers' scripts, beside the page. */
  export const compilerWorker: string;
  export const layoutWorker: string;
}
