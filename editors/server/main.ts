/** The server as the editor's extension has it: a program of its own. */
import about from "../../package.json" with { type: "json" };
import { serveStdio } from "./stdio.ts";

serveStdio(about.version);
