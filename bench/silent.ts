import type { RunWatcher } from "../runtime/run/run-plan.ts";

/** Told, it says nothing. */
export const silent: RunWatcher = {
  stageStarts: () => undefined,
  stageCached: () => undefined,
  step: () => undefined,
  epoch: () => undefined,
  stageEnds: () => undefined,
  stageFails: () => undefined,
  altered: () => undefined,
  waits: () => undefined,
  pass: () => undefined,
};
