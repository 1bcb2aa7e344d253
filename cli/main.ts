import { Command } from "commander";
import { SpecMistakes } from "./spec-mistakes.ts";
import { version } from "./version.ts";

interface LazyCommand {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Each command's file is loaded only when it runs: `check` must not wait for an engine. */
export const commands: Readonly<Record<string, LazyCommand>> = {
  check: { summary: "find every mistake in a spec", load: async () => (await import("./commands/check.ts")).check() },
  fmt: { summary: "write specs in the one style", load: async () => (await import("./commands/fmt.ts")).fmt() },
  explain: {
    summary: "say what a diagnostic, or a name of a spec, means",
    load: async () => (await import("./commands/explain.ts")).explain(),
  },
  diff: {
    summary: "say what two stages, or two specs, differ in",
    load: async () => (await import("./commands/diff.ts")).diff(),
  },
  graph: {
    summary: "draw a stage's model, or all stages",
    load: async () => (await import("./commands/graph.ts")).graph(),
  },
  lsp: { summary: "serve an editor", load: async () => (await import("./commands/lsp.ts")).lsp() },
  plan: { summary: "show what a spec asks to be done", load: async () => (await import("./commands/plan.ts")).plan() },
  train: { summary: "train what is not trained yet", load: async () => (await import("./commands/train.ts")).train() },
  eval: { summary: "score a finished run", load: async () => (await import("./commands/eval.ts")).evaluate() },
  predict: { summary: "write predictions", load: async () => (await import("./commands/predict.ts")).predict() },
  export: {
    summary: "write and verify ONNX models",
    load: async () => (await import("./commands/export.ts")).exporting(),
  },
  report: { summary: "draw a run's report", load: async () => (await import("./commands/report.ts")).report() },
  compile: { summary: "write a spec's graphs", load: async () => (await import("./commands/compile.ts")).compiling() },
  data: { summary: "make or look at data", load: async () => (await import("./commands/data.ts")).data() },
  playground: {
    summary: "write specs in the browser, with the graph and the ONNX nodes beside them",
    load: async () => (await import("./commands/playground.ts")).playground(),
  },
  doctor: {
    summary: "say what this machine can do",
    load: async () => (await import("./commands/doctor.ts")).doctor(),
  },
};

/** Does what the words of a command line say; gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
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
    const { explainFailure } = await import("./exit-code.ts");
    return explainFailure(problem, args.includes("--debug"));
  }
}
