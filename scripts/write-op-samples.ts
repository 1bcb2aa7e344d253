/**
 * Prints the numbers that every op is tried on, as JSON for test/reference/make.py:
 *   npx tsx scripts/write-op-samples.ts | python test/reference/make.py
 */
import { questionOf, referenceCases } from "../test/compiler/ops/reference-cases.ts";

process.stdout.write(JSON.stringify(referenceCases().map(questionOf)));
