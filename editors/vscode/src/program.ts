import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { workspace } from "vscode";

/** The program that a setting names; empty if none does. */
export function namedProgram(): string {
  return workspace.getConfiguration("abaw").get<string>("path", "").trim();
}

/** The program `abaw`: the one that is named, that of the project, or that of the path. A project that is not trusted starts nothing. */
function program(): string {
  const named = namedProgram();
  if (named !== "") return named;
  const name = process.platform === "win32" ? "abaw.cmd" : "abaw";
  const folders = workspace.isTrusted ? (workspace.workspaceFolders ?? []) : [];
  const own = folders.map(({ uri }) => join(uri.fsPath, "node_modules", ".bin", name)).find((path) => existsSync(path));
  return own ?? name;
}

export interface Ran {
  readonly out: string;
  /** Why there is nothing; undefined if there is. */
  readonly problem: string | undefined;
}

/** So much a program may write. */
const bytesLimit = 64 << 20;

/** Runs `abaw` with words, and takes what it writes. */
export function runAbaw(words: readonly string[], cwd: string): Promise<Ran> {
  const shell = process.platform === "win32";
  return new Promise((resolve) => {
    execFile(program(), [...words], { cwd, maxBuffer: bytesLimit, shell }, (problem, out, err) => {
      if (problem === null) resolve({ out, problem: undefined });
      else if ("code" in problem && problem.code === "ENOENT")
        resolve({
          out,
          problem: "The program abaw was not found. Install it in the project, or name it in the setting abaw.path.",
        });
      else resolve({ out, problem: err.trim() === "" ? problem.message : err.trim() });
    });
  });
}
