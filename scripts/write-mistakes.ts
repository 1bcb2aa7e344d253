/** Writes below every spec of test/mistakes what is said about it now. Read the difference before you keep it. */
import { writeFileSync } from "node:fs";
import { fixtures, folder, groups, said, withExpectation } from "../test/mistakes/expectation.ts";

for (const group of groups) {
  for (const { path, spec } of fixtures(group)) writeFileSync(`${folder}${path}`, withExpectation(spec, said(spec)));
}
