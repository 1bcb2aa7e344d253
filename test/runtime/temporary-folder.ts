import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder of a test's own, gone after it. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "abaw-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
