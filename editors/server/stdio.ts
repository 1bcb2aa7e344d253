import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serve } from "./serve.ts";

/** Serves the client at standard input and output, until it says so or its end of them closes: the protocol's library then ends the process. */
export function serveStdio(version: string): Promise<never> {
  serve(createConnection(ProposedFeatures.all, process.stdin, process.stdout), version);
  return new Promise(() => {});
}
