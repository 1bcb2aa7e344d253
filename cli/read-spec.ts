import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Compiled, compile } from "../compiler/compile.ts";
import type { Source } from "../compiler/diagnostics/source.ts";
import { insideFolder } from "../runtime/data/inside-folder.ts";
import { UsageError } from "./usage-error.ts";

/** What the options that every command with a spec has say. */
export interface SpecOptions {
  readonly profile?: string;
  /** `path=value`, in order. */
  readonly set?: readonly string[];
}

/** Reads and compiles a spec. It may use files of its own folder and those below, and the language's own under `std/`. */
export function readSpec(path: string, { profile, set }: SpecOptions): Compiled {
  const source: Source = { name: path, text: textOf(path) };
  return compile(source, {
    read: (name) => (name.startsWith("std/") ? standardText(name) : usedText(path, name)),
    ...(profile === undefined ? {} : { profile }),
    set: (set ?? []).map(settingOf),
  });
}

/** The folder of the language's own specs: `specs/`, beside the folder of the program. */
export const specsFolder = fileURLToPath(new URL("../specs/", import.meta.url));

/** A spec of more bytes is no spec. */
const bytesLimit = 4 << 20;

function textOf(path: string): string {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`);
  const { size } = statSync(path);
  if (statSync(path).isDirectory()) throw new UsageError(`${path} is a folder, not a spec`);
  if (size > bytesLimit) throw new UsageError(`${path} has ${size} bytes; a spec has at most ${bytesLimit}`);
  return readFileSync(path, "utf8");
}

function standardText(name: string): string | undefined {
  const path = insideFolder(specsFolder, name);
  return path !== undefined && existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function usedText(spec: string, name: string): string | undefined {
  const folder = dirname(resolve(spec));
  const path = insideFolder(folder, relative(folder, resolve(name)));
  return path !== undefined && existsSync(path) && statSync(path).isFile() ? textOf(path) : undefined;
}

function settingOf(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--set takes path=value, such as first.batch=16, not ${JSON.stringify(text)}`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
