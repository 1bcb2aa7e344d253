/** Data of the project that scripts/playground.mjs puts into the bundles. */

declare module "abaw:specs" {
  /** Texts of the language's own files (`std/..`) by name. */
  export const library: Readonly<Record<string, string>>;
  /** Texts of the example specs and of the quickstart by name. */
  export const examples: Readonly<Record<string, string>>;
}

declare module "abaw:pages" {
  /** The page of every diagnostic as Markdown, by code. */
  export const pages: Readonly<Record<string, string>>;
}

declare module "abaw:workers" {
  /** Addresses of the workers' scripts, beside the page. */
  export const compilerWorker: string;
  export const layoutWorker: string;
}
