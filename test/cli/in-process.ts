import { vi } from "vitest";
import { main } from "../../cli/main.ts";
import type { Said } from "./abaw.ts";

/** Runs the command line in this process, which is not ended by it: not for mistakes in the options, of which commander ends it. */
export async function abawInProcess(words: readonly string[], folder = process.cwd()): Promise<Said> {
  const before = process.cwd();
  const said = { out: "", err: "" };
  const collected = (into: keyof typeof said) => (text: unknown) => {
    said[into] += String(text);
    return true;
  };
  const out = vi.spyOn(process.stdout, "write").mockImplementation(collected("out"));
  const err = vi.spyOn(process.stderr, "write").mockImplementation(collected("err"));
  const code = process.exitCode;
  process.exitCode = undefined;
  try {
    process.chdir(folder);
    return { status: await main(words), ...said };
  } finally {
    process.chdir(before);
    process.exitCode = code;
    out.mockRestore();
    err.mockRestore();
  }
}
