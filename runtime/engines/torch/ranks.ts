import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:net";
import { installTorch } from "./find-torch.ts";
import { Connection } from "./messages.ts";

export interface Launch {
  /** The Python interpreter. */
  readonly python: string;
  readonly processes: number;
  readonly device: "auto" | "cpu" | "cuda";
}

/** What a person is told when PyTorch's processes end before their work does. */
export class RanksFailed extends Error {}

const linesKept = 30;

/** PyTorch's processes under torchrun, each connected. They end with this process or when told. */
export class Ranks {
  readonly connections: readonly Connection[];
  readonly #child: ChildProcess;
  readonly #said: () => string;

  private constructor(child: ChildProcess, connections: readonly Connection[], said: () => string) {
    this.#child = child;
    this.connections = connections;
    this.#said = said;
  }

  /** Why a connection broke, by what the processes said last. */
  async failure(problem: unknown): Promise<RanksFailed> {
    await this.end();
    return new RanksFailed(`PyTorch's processes ended in the middle of their work\n${this.#said()}`, {
      cause: problem,
    });
  }

  /** Starts `worker.py` of a package's folder so many times. */
  static async start(folder: string, { python, processes, device }: Launch): Promise<Ranks> {
    const token = randomBytes(16).toString("hex");
    const server = createServer();
    const port = await listening(server);
    const args = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", String(processes), "worker.py"];
    const child = spawn(python, processes === 1 ? ["worker.py"] : args, {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ABAW_PORT: String(port), ABAW_TOKEN: token, ABAW_DEVICE: device, PYTHONUNBUFFERED: "1" },
    });
    const said: string[] = [];
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said.push(...text.split("\n").filter((line) => line !== ""));
      said.splice(0, Math.max(0, said.length - linesKept));
    });
    const end = () => child.kill();
    process.once("exit", end);
    child.once("exit", () => process.removeListener("exit", end));
    try {
      const text = () => said.join("\n");
      return new Ranks(child, await connected(server, child, processes, token, text), text);
    } catch (problem) {
      child.kill();
      throw problem;
    } finally {
      server.close();
    }
  }

  async end(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) resolve();
      else this.#child.once("exit", () => resolve());
    });
    for (const connection of this.connections) connection.close();
    await ended;
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address.port);
    });
  });
}

/** All ranks' connections, in their order. A stranger's is closed. */
function connected(
  server: Server,
  child: ChildProcess,
  processes: number,
  token: string,
  said: () => string,
): Promise<readonly Connection[]> {
  return new Promise((resolve, reject) => {
    const found = new Map<number, Connection>();
    const failed = (text: string, isOther = false) => {
      const lacks = isOther || /No module named/.test(said());
      const way = lacks ? `\nPYTHON names the interpreter; it needs: ${installTorch}` : "";
      reject(new RanksFailed(`${text}\n${said()}${way}`));
    };
    child.once("error", ({ message }) => failed(`Python cannot be started: ${message}`, true));
    // What ends well without having begun is another program.
    child.once("exit", (code) => failed(`PyTorch's processes ended with ${code} before they began`, code === 0));
    server.on("connection", (socket) => {
      const connection = new Connection(socket);
      connection.receive().then(
        ({ token: given, rank }) => {
          if (given !== token || rank === undefined) return connection.close();
          found.set(rank, connection);
          if (found.size === processes) resolve([...found].sort(([a], [b]) => a - b).map(([, each]) => each));
        },
        () => connection.close(),
      );
    });
  });
}
