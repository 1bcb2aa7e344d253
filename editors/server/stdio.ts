import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serve } from "./serve.ts";

/** Serves the client at standard input and output, until it says so or its end of them closes. */
export function serveStdio(version: string): void {
  serve(createConnection(ProposedFeatures.all, process.stdin, process.stdout), version);
}
