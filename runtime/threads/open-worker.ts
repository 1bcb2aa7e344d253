import { Worker } from "node:worker_threads";

/** Starts a worker by its TypeScript file: in the package a bundle lies beside the program; from source it must first learn to load it. */
export function openWorker(source: URL, bundle: string, workerData: unknown): Worker {
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL(`./${bundle}`, import.meta.url), { workerData });
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const entry = JSON.stringify(source.href);
  const code = `import(${loader}).then(({ register }) => { register(); return import(${entry}); })`;
  return new Worker(code, { workerData, eval: true, execArgv: [] });
}
