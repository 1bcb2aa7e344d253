import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { FileHeader } from "../compiler/check/weight-files.ts";
import { type Compiled, compile } from "../compiler/compile.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Source } from "../compiler/diagnostics/source.ts";
import { type Header, readHeader, WeightFileError } from "../runtime/checkpoints/safetensors.ts";
import { insideFolder } from "../runtime/data/inside-folder.ts";
import { UsageError } from "./usage-error.ts";

/** What the options that every command with a spec has say. */
export interface SpecOptions {
  readonly profile?: string;
  /** `path=value`, in order. */
  readonly set?: readonly string[];
  /** Warnings are mistakes. */
  readonly strict?: true;
}

/** Reads and compiles a spec. It may use files of its own folder and those below, and the language's own under `std/`. */
export function readSpec(path: string, { profile, set, strict }: SpecOptions): Compiled {
  const source: Source = { name: path, text: specText(path) };
  const compiled = compile(source, {
    read: (name) => (name.startsWith("std/") ? standardText(name) : usedText(path, name)),
    inspect: headerOf,
    ...(profile === undefined ? {} : { profile }),
    set: (set ?? []).map(settingOf),
  });
  return strict === true ? strictly(compiled) : compiled;
}

function strictly({ plan, sources, diagnostics }: Compiled): Compiled {
  const raised = diagnostics.map(
    (each): Diagnostic => (each.severity === "warning" ? { ...each, severity: "error" } : each),
  );
  return { plan: raised.some(({ severity }) => severity === "error") ? undefined : plan, sources, diagnostics: raised };
}

/** The folder of the language's own specs: `specs/`, beside the folder of the program. */
export const specsFolder = fileURLToPath(new URL("../specs/", import.meta.url));

/** A spec of more bytes is no spec. */
const bytesLimit = 4 << 20;

/** The text of a spec; a UsageError if there is none, or too much. */
export function specText(path: string): string {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`);
  const { size } = statSync(path);
  if (statSync(path).isDirectory()) throw new UsageError(`${path} is a folder, not a spec`);
  if (size > bytesLimit) throw new UsageError(`${path} has ${size} bytes; a spec has at most ${bytesLimit}`);
  return readFileSync(path, "utf8");
}

function standardText(name: string): string | undefined {
  const path = insideFolder(specsFolder, name);
  return path !== undefined && existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : undefined;
}

function usedText(spec: string, name: string): string | undefined {
  const folder = dirname(resolve(spec));
  const path = insideFolder(folder, relative(folder, resolve(name)));
  return path !== undefined && existsSync(path) && statSync(path).isFile() ? specText(path) : undefined;
}

/** Only safetensors say in their first bytes what is inside. */
function headerOf(path: string): FileHeader {
  const file = insideFolder(process.cwd(), path);
  if (file === undefined || !existsSync(file)) return { kind: "absent" };
  if (!path.endsWith(".safetensors"))
    return { kind: "unread", reason: "only the headers of .safetensors files are read" };
  try {
    return { kind: "tensors", shapes: shapesOf(readHeader(file)) };
  } catch (problem) {
    if (problem instanceof WeightFileError) return { kind: "unread", reason: problem.message };
    throw problem;
  }
}

function shapesOf({ tensors }: Header): ReadonlyMap<string, readonly number[]> {
  return new Map([...tensors].map(([name, { shape }]) => [name, shape]));
}

function settingOf(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--set takes path=value, such as first.batch=16, not ${JSON.stringify(text)}`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
