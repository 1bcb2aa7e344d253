/**
 * Prints what losses and optimisers are tried on, as JSON for test/reference/make_training.py:
 *   npx tsx scripts/write-training-samples.ts | python test/reference/make_training.py
 */
import { divergenceCases, lossCases, optimiserCases } from "../test/training/training-cases.ts";

process.stdout.write(
  JSON.stringify({ losses: lossCases(), divergences: divergenceCases(), optimisers: optimiserCases() }),
);
