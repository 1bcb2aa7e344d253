import { afterCalls } from "./library-after.ts";
import { dataCalls } from "./library-data.ts";
import type { LibraryCalls } from "./library-function.ts";
import { lossCalls } from "./library-losses.ts";
import { trainingCalls } from "./library-training.ts";

/** Everything that a spec may call outside modules, by name (language rule 87). */
export const library: LibraryCalls = { ...dataCalls, ...trainingCalls, ...lossCalls, ...afterCalls };

/** Balancers that set weights; the others work on gradients, after them. */
export const weightBalancers: ReadonlySet<string> = new Set(["uncertainty", "dwa", "normalized"]);
