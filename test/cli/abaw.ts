import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../cli/abaw.ts", import.meta.url));

export interface Said {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line from source, as a person does. */
export function abaw(words: readonly string[], cwd = fileURLToPath(new URL("../../", import.meta.url))): Said {
  const tsx = import.meta.resolve("tsx");
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", tsx, cli, ...words], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, out: stdout, err: stderr };
}

/** The same, interrupted as by Ctrl-C as soon as it says a text. */
export function interruptedAt(text: string, words: readonly string[], cwd: string): Promise<Said> {
  const tsx = import.meta.resolve("tsx");
  const child = spawn(process.execPath, ["--import", tsx, cli, ...words], {
    cwd,
    env: { ...process.env, NO_COLOR: "1" },
  });
  let [out, err, interrupted] = ["", "", false];
  child.stdout.on("data", (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    err += data.toString();
    if (interrupted || !err.includes(text)) return;
    interrupted = true;
    child.kill("SIGINT");
  });
  return new Promise((resolve) => {
    child.on("close", (status) => resolve({ status, out, err }));
  });
}

/** The same, with an output that nobody reads. */
export function unread(
  words: readonly string[],
  cwd = fileURLToPath(new URL("../../", import.meta.url)),
): Promise<Said> {
  const tsx = import.meta.resolve("tsx");
  const child = spawn(process.execPath, ["--import", tsx, cli, ...words], { cwd });
  child.stdout.destroy();
  let err = "";
  child.stderr.on("data", (data: Buffer) => {
    err += data.toString();
  });
  return new Promise((resolve) => {
    child.on("close", (status) => resolve({ status, out: "", err }));
  });
}
