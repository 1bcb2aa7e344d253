/**
 * Prints the weights and inputs of the modules over time and between streams, as JSON for test/reference/make_temporal.py:
 *   npx tsx scripts/write-temporal-samples.ts | python test/reference/make_temporal.py
 */
import { moduleCases, questionOfModules } from "../test/temporal/module-cases.ts";

process.stdout.write(JSON.stringify(questionOfModules(moduleCases())));
