import { cpSync, existsSync, readdirSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { toHash, untouched } from "../../editors/playground/page/share.ts";
import { abawCommand } from "../abaw-command.ts";
import { namedSpecText } from "../named-spec.ts";
import { builtPage, servePage } from "../serve-page.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

interface PlaygroundOptions {
  readonly port: number;
  readonly open?: true;
  readonly to?: string;
  readonly profile?: string;
}

export function playground(): Command {
  return abawCommand(
    "playground",
    "Serve a page that runs the compiler in the browser: an editor with the graph, the resolved spec and the ONNX nodes beside it.\nIt is served to this machine only, until Ctrl-C.",
    "abaw playground --open\nabaw playground spec.abaw --open\nabaw playground --to public/playground",
  )
    .argument("[spec]", "a spec to begin with; the files that it uses beside the language's own are not there")
    .option("--port <number>", "the port to listen on; 0 takes a free one", portOf, 0)
    .option("--open", "open the page in the browser")
    .option("--to <folder>", "write the page's files there instead, for any server of static files")
    .option("--profile <name>", "apply a profile of the spec")
    .action(async (spec: string | undefined, { port, open, to, profile }: PlaygroundOptions) => {
      if (!existsSync(`${builtPage}index.html`)) throw new UsageError("the page is not built yet: npm run build");
      if (to !== undefined) {
        if (spec !== undefined) throw new UsageError("--to writes the page alone; a link to it can hold a spec");
        copyPage(to);
        return;
      }
      const hash = spec === undefined ? "" : `#${await toHash({ ...untouched, text: namedSpecText(spec), profile })}`;
      const served = await servePage(builtPage, port);
      const address = `${served.address}${hash}`;
      const ended = interrupted();
      terminal.print(address);
      terminal.say("Ctrl-C ends it");
      if (open === true) await openInBrowser(address);
      await ended;
      await served.close();
    });
}

/** Into a folder that is new or empty: what is in it is whatever a web server will send. */
function copyPage(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new UsageError(`${folder} is not empty; the page's files go into a folder of their own`);
  cpSync(builtPage, folder, { recursive: true });
  terminal.print(`${readdirSync(folder).length} files in ${folder}; its index.html is the page`);
}

async function openInBrowser(address: string): Promise<void> {
  const { default: open } = await import("open");
  const child = await open(address);
  child.on("error", () => terminal.say("no browser could be started; open the address yourself"));
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError("a port is 0 to 65535.");
  return port;
}
