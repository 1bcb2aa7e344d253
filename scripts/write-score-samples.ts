/**
 * Prints what scores are tried on, as JSON for test/reference/make_scores.py:
 *   npx tsx scripts/write-score-samples.ts | python test/reference/make_scores.py
 */
import { scoreCases } from "../test/runtime/score-cases.ts";

process.stdout.write(JSON.stringify(scoreCases()));
