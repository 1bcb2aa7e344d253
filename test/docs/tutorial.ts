import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseFile } from "../../compiler/syntax/index.ts";
import { BuiltProgram } from "../built-program.ts";
import type { Block } from "./pages.ts";

/** A command of a page, with what stands below it and what it really says. */
export interface Said {
  readonly command: string;
  readonly shown: string;
  readonly real: string;
  readonly status: number | null;
}

export interface Step {
  readonly block: Block;
  /** The file as it is after the block; undefined after commands. */
  readonly file: string | undefined;
  readonly said: readonly Said[];
}

/**
 * The steps of a tutorial in an empty folder. ` ```abaw NAME ` is the file as a whole, `, added` goes below it, `, in the place of X`
 * stands for the declaration X. Commands of ` ```console ` run in a shell, what they say on both outputs is one text.
 */
export class Tutorial {
  readonly #folder = mkdtempSync(join(tmpdir(), "abaw-tutorial-"));
  /** It starts some twenty times faster than from source. */
  readonly #program = new BuiltProgram();
  readonly #bin = join(this.#program.folder, "bin");

  constructor() {
    mkdirSync(this.#bin);
    const command = join(this.#bin, "abaw");
    writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${this.#program.path}" "$@"\n`);
    chmodSync(command, 0o755);
  }

  step(block: Block): Step {
    if (block.language === "console")
      return { block, file: undefined, said: commandsOf(block).map((each) => this.#run(each)) };
    const [name = "", change = ""] = block.info.split(", ");
    const path = join(this.#folder, name);
    const before = change === "" ? "" : readFileSync(path, "utf8");
    const file = changed(before, change, block.text);
    writeFileSync(path, file);
    return { block, file, said: [] };
  }

  #run({ command, shown }: { readonly command: string; readonly shown: string }): Said {
    const { status, stdout, stderr } = spawnSync("sh", ["-c", command], {
      cwd: this.#folder,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", PATH: `${this.#bin}:${process.env["PATH"]}` },
    });
    return { command, shown, real: `${stderr}${stdout}`, status };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    this.#program.remove();
  }
}

function commandsOf({ text }: Block): readonly { readonly command: string; readonly shown: string }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("\n");
      return { command: part.slice(0, end), shown: part.slice(end + 1) };
    });
}

function changed(before: string, change: string, text: string): string {
  if (change === "") return text;
  if (change === "added") return `${before}\n${text}`;
  const name = change.replace(/^in the place of /, "");
  const { file } = parseFile({ name: "tutorial", text: before });
  const found = file.declarations.find((each) => "name" in each && each.name.text === name);
  if (found === undefined) throw new Error(`there is no ${name} to put something in the place of`);
  return `${before.slice(0, found.span.start)}${text.trimEnd()}${before.slice(found.span.end)}`;
}

/** What is shown as a pattern: numbers with a point within a tolerance, times of any length, `...` for any lines. */
export function agrees(shown: string, real: string, tolerance: number): boolean {
  const number = /-?\d+\.\d+(?:e-?\d+)?/g;
  // How long a training takes is the machine's.
  const lines = (text: string) =>
    text
      .trimEnd()
      .replace(/about \d+ (?:s|min|h), by/g, "about so long, by")
      .split("\n");
  const same = (a: string, b: string): boolean => {
    const [x, y] = [a.match(number) ?? [], b.match(number) ?? []];
    if (a.replace(number, "0").replace(/ +/g, " ") !== b.replace(number, "0").replace(/ +/g, " ")) return false;
    return x.every((each, i) => Math.abs(Number(each) - Number(y[i])) <= tolerance);
  };
  const fits = (a: readonly string[], b: readonly string[]): boolean => {
    const [first, ...rest] = a;
    if (first === undefined) return b.length === 0;
    if (first === "...") return b.some((_, i) => fits(rest, b.slice(i))) || rest.length === 0;
    const [next, ...more] = b;
    return next !== undefined && same(first, next) && fits(rest, more);
  };
  return fits(lines(shown), lines(real));
}
