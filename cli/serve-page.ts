import { createServer, type Server } from "node:http";
import { fileURLToPath } from "node:url";
import sirv from "sirv";
import policy from "../editors/playground/policy.json" with { type: "json" };
import { UsageError } from "./usage-error.ts";

/** The playground as it was built: `dist/playground/`, beside the folder of the program. */
export const builtPage = fileURLToPath(new URL("../dist/playground/", import.meta.url));

export interface ServedPage {
  readonly address: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves the files of a folder to this machine. They are listed once, at the start: no path of a request is ever looked up on the disk.
 * A UsageError if the port cannot be had.
 */
export async function servePage(folder: string, port: number): Promise<ServedPage> {
  const files = sirv(folder, {
    etag: true,
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    },
    onNoMatch: (_, response) => {
      response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" });
      response.end("There is no such file.\n");
    },
  });
  const server = createServer((request, response) => {
    if (request.method === "GET" || request.method === "HEAD") files(request, response);
    else response.writeHead(405, { Allow: "GET, HEAD" }).end();
  });
  await listen(server, port);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a server has no port");
  return {
    address: `http://127.0.0.1:${address.port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The page states its policy too, but for who may frame it; here it holds for its workers as well. */
const headers = {
  "Content-Security-Policy": `${policy.page}; ${policy.served}`,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-cache",
} as const;

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (problem: NodeJS.ErrnoException) => {
      if (problem.code === "EADDRINUSE") reject(new UsageError(`port ${port} is taken; --port 0 takes a free one`));
      else if (problem.code === "EACCES")
        reject(new UsageError(`port ${port} may not be used; --port 0 takes a free one`));
      else reject(problem);
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}
