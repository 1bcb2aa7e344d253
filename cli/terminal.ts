import { createColors } from "picocolors";
import type { Palette } from "./render-diagnostics.ts";

/** Results go to standard output, everything said on the way to standard error; colours only where a person looks. */
export const terminal = {
  /** A result. */
  print(text: string): void {
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  },
  /** A result as JSON. */
  printJson(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  },
  /** What is said on the way. */
  say(text: string): void {
    process.stderr.write(text.endsWith("\n") ? text : `${text}\n`);
  },
  /** Colours of what is said. */
  palette: coloursOf(process.stderr),
  /** Colours of results. */
  resultPalette: coloursOf(process.stdout),
  watched: process.stderr.isTTY === true,
};

function coloursOf(stream: NodeJS.WriteStream): Palette {
  return createColors(stream.isTTY === true && !process.env["NO_COLOR"]);
}
