import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fixtures } from "../mistakes/expectation.ts";

const codes = fileURLToPath(new URL("../../docs/diagnostics/", import.meta.url));

/** Specs that are meant to keep the checker busy are no good to be changed ten thousand times. */
const busy: readonly string[] = ["too-much.md", "too-many-variants.md"];

/** Small specs, most of some 20 lines, that have between them everything of the language: right, and with one mistake of each kind. */
export const corpus: readonly string[] = [
  ...readdirSync(codes)
    .filter((name) => name.endsWith(".md") && !busy.includes(name))
    .toSorted()
    .flatMap((name) => [...readFileSync(`${codes}${name}`, "utf8").matchAll(/^```abaw[^\n]*\n(.*?)^```/gms)])
    .flatMap(([, spec]) => spec ?? []),
  ...fixtures("one")
    .filter((_, i) => i % 6 === 0)
    .map(({ spec }) => spec),
];
