import { Command } from "commander";

/** A command with what all of them have: `--debug`, and an example below its help. */
export function abawCommand(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .option("--debug", "on a failure, print where in the program it happened")
    .addHelpText("after", `\nExample:\n  $ ${example.split("\n").join("\n  $ ")}`)
    .showHelpAfterError("(--help tells more)");
}

/** A command whose first argument is a spec. */
export function specCommand(name: string, description: string, example: string): Command {
  return withSpecOptions(abawCommand(name, description, example)).argument(
    "<spec>",
    "the .abaw file; paths that it names are below the current folder",
  );
}

/** What can be said wherever a spec is read. */
export function withSpecOptions(command: Command): Command {
  return command
    .option("--profile <name>", "apply a profile of the spec")
    .option("--strict", "take warnings for mistakes")
    .option("--set <path=value>", "set one value of the spec; may be repeated", collect, [])
    .addHelpText("after", "\nExit codes: 0 done, 1 a mistake in what was given, 2 a mistake in abaw.");
}

/** A command that works in the folder of a spec's run. */
export function runCommand(name: string, description: string, example: string): Command {
  return withRunOptions(specCommand(name, description, example));
}

/** Which run, and what it runs on. */
export function withRunOptions(command: Command): Command {
  return command
    .option("--out <folder>", "the run's folder (default: runs/<name of the spec>)")
    .option("--engine <engine>", "onnx; tfjs: TensorFlow.js, where it is installed; torch: PyTorch, to train", "onnx");
}

/** What graphs run on. */
export const device = [
  "--device <name>",
  "cpu, webgpu, cuda, or auto, which tries them and takes the fastest; results are the same within rounding (default: cpu; of the engine torch cpu, cuda or auto)",
] as const;

/** How PyTorch trains. */
export function withTorchOptions(command: Command): Command {
  return command
    .option("--nproc <n>", "processes of the engine torch, each with its part of every batch (default: 1)")
    .option("--precision <p>", "fp32 or bf16, of the engine torch, whatever stages say (default: what each says)")
    .option("--torch-compile", "let the engine torch compile the model");
}

/** What to do with annotations or images that cannot be used. */
export const onBadRow = [
  "--on-bad-row <policy>",
  "error: stop at annotations or images that cannot be used; skip: leave them out and list them",
  "error",
] as const;

/** Of an option that may be repeated, all values in order. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
