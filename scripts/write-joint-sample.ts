/**
 * Prints the joint model's first weights and batches, as JSON for test/reference/make_joint.py:
 *   npx tsx scripts/write-joint-sample.ts | python test/reference/make_joint.py
 */
import { jointCase, questionOfJoint } from "../test/joint/joint-case.ts";

process.stdout.write(JSON.stringify(questionOfJoint(jointCase())));
