import type { Source } from "../diagnostics/source.ts";
import { type Parsed, parseFile } from "./index.ts";

const parsed = new Map<string, Parsed>();

/** A file of the language's own library. Nearly every spec uses some of them, so each text is read once in a process. */
export function parseStandard(source: Source): Parsed {
  const known = parsed.get(source.name);
  if (known?.file.source.text === source.text) return known;
  const made = parseFile(source);
  parsed.set(source.name, made);
  return made;
}
