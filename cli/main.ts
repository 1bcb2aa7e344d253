import { type LazyCommand, runCommand } from "./run-command.ts";

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
  run: { summary: "train what is not trained yet", load: async () => (await import("./commands/run.ts")).run() },
  train: { summary: "the same as run", load: async () => (await import("./commands/run.ts")).train() },
  sweep: { summary: "run sweeps and show their tables", load: async () => (await import("./commands/run.ts")).sweep() },
  eval: { summary: "score a finished run", load: async () => (await import("./commands/eval.ts")).evaluate() },
  predict: { summary: "write predictions", load: async () => (await import("./commands/predict.ts")).predict() },
  submit: {
    summary: "write a challenge's file, or check one",
    load: async () => (await import("./commands/submit.ts")).submit(),
  },
  export: {
    summary: "write and verify ONNX models",
    load: async () => (await import("./commands/export.ts")).exporting(),
  },
  compare: {
    summary: "compare what two runs reached",
    load: async () => (await import("./commands/compare.ts")).compare(),
  },
  report: { summary: "draw a run's report", load: async () => (await import("./commands/report.ts")).report() },
  compile: { summary: "write a spec's graphs", load: async () => (await import("./commands/compile.ts")).compiling() },
  data: { summary: "make or look at data", load: async () => (await import("./commands/data.ts")).data() },
  weights: {
    summary: "look into files of weights, or convert them",
    load: async () => (await import("./commands/weights.ts")).weights(),
  },
  playground: {
    summary: "write specs in the browser, with the graph and the ONNX nodes beside them",
    load: async () => (await import("./commands/playground.ts")).playground(),
  },
  doctor: {
    summary: "say what this machine can do",
    load: async () => (await import("./commands/doctor.ts")).doctor(),
  },
};

/** Does what the words of a command line say, and says why it could not; gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await runCommand(args, commands);
  } catch (problem) {
    const { explainFailure } = await import("./exit-code.ts");
    return explainFailure(problem, args.includes("--debug"));
  }
}
