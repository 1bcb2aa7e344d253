import { availableParallelism } from "node:os";

/** The variable by which whoever starts several processes side by side says how many threads each may take. */
export const threadsVariable = "ABAW_THREADS";

/** How many threads this process works with: what it was told, or as many as there are processors for it. */
export function threadCount(): number {
  const told = Number(process.env[threadsVariable] ?? "");
  return Number.isInteger(told) && told >= 1 ? told : availableParallelism();
}
