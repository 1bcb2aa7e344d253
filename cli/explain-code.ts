import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suggestion } from "../compiler/check/nearest.ts";
import { type Code, catalogue } from "../compiler/diagnostics/catalogue.ts";
import { UsageError } from "./usage-error.ts";

/** The pages of the diagnostics: `docs/`, beside the folder of the program. */
const pages = fileURLToPath(new URL("../docs/diagnostics/", import.meta.url));

/** The page of a diagnostic: what it means, a program that fails, the same repaired. A UsageError for a code that there is not. */
export function explainCode(code: string): string {
  const path = `${pages}${code}.md`;
  if (!isCode(code) || !existsSync(path)) {
    const near = suggestion(code, Object.keys(catalogue)) ?? "abaw check prints the code in brackets";
    throw new UsageError(`there is no diagnostic ${JSON.stringify(code)}; ${near}`);
  }
  return readFileSync(path, "utf8").trimEnd();
}

function isCode(code: string): code is Code {
  return Object.hasOwn(catalogue, code);
}
