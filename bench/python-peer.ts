import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The interpreter that the environment's PYTHON names. */
export const python = process.env["PYTHON"] ?? "python3";

/** The version of a Python module; undefined, and a line that says so, where it is not there. */
export function pythonModule(name: string, shown: string): string | undefined {
  const found = spawnSync(python, ["-c", `import ${name}; print(${name}.__version__)`], { encoding: "utf8" });
  if (found.status === 0) return found.stdout.trim();
  console.log(`${shown}: not found (PYTHON names the interpreter)`);
  return undefined;
}

/** A script of this folder in a Python process, which answers every line it is sent with a line. */
export class PythonPeer {
  readonly #script: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(script: string, config: unknown) {
    this.#script = script;
    this.#process = spawn(python, [fileURLToPath(new URL(script, import.meta.url)), JSON.stringify(config)]);
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async ask(line: string): Promise<string> {
    this.#process.stdin.write(`${line}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`${this.#script} ended`);
    return value;
  }

  /** What it measured, in milliseconds. */
  async milliseconds(line: string): Promise<number> {
    const answer = await this.ask(line);
    const time = Number(answer);
    if (!Number.isFinite(time)) throw new Error(`${this.#script} answered ${JSON.stringify(answer)} to ${line}`);
    return time;
  }

  close(): void {
    this.#process.stdin.end();
  }
}
