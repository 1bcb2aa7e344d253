import { Command } from "commander";
import { SpecMistakes } from "./spec-mistakes.ts";
import { version } from "./version.ts";

export interface LazyCommand {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Does what the words of a command line say; gives the exit code. Throws what a command failed of, if that is more than a spec's mistakes. */
export async function runCommand(
  args: readonly string[],
  commands: Readonly<Record<string, LazyCommand>>,
): Promise<number> {
  const program = new Command("abaw")
    .description("Multi-task affective-behaviour models from a spec: checked, trained, scored, exported.")
    .version(version)
    .addHelpText("after", "\nExample:\n  $ abaw check examples/quickstart.abaw");
  const words = args.filter((arg) => !arg.startsWith("-"));
  const wanted = words[0] === "help" ? words[1] : words[0];
  for (const [name, { summary, load }] of Object.entries(commands)) {
    program.addCommand(name === wanted ? (await load()).summary(summary) : new Command(name).description(summary));
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (problem) {
    // Its diagnostics are on the screen already.
    if (problem instanceof SpecMistakes) return 1;
    throw problem;
  }
}
