import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Drawing } from "../compiler/draw/drawing.ts";
import { UsageError } from "./usage-error.ts";

/** The built script, style and licences of the page. */
const built = fileURLToPath(new URL("../dist/graph-page/", import.meta.url));

/** A drawing as a page in one file, that needs no network; `open` are the groups that are open at first, `svg` is shown where no script runs. */
export function graphPage(drawing: Drawing, open: ReadonlySet<string>, svg: string, folder = built): string {
  if (!existsSync(`${folder}page.js`)) throw new UsageError("the page is not built yet: npm run build");
  const [script, style, licences] = ["page.js", "style.css", "licences.txt"].map((name) =>
    readFileSync(`${folder}${name}`, "utf8"),
  );
  // Data in a page must not be able to end the element it stands in.
  const data = JSON.stringify({ drawing, open: [...open] }).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(drawing.title)}</title>
<style>${style}</style>
</head>
<body>
<noscript>${svg}</noscript>
<script id="drawing" type="application/json">${data}</script>
<script type="module">${script?.replaceAll("</script", "<\\/script")}</script>
<!--
${licences?.replaceAll("--", "- -")}
-->
</body>
</html>
`;
}

/** Nothing is fetched, and nothing runs but what is in the file; Graphviz is WebAssembly. */
const policy = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'";

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
