import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { WeightFileError } from "../../runtime/checkpoints/safetensors.ts";
import { readStored } from "../../runtime/features/stored/read-stored.ts";
import { withWeights } from "../../runtime/weights/open-weights.ts";
import { hostileFeatures } from "./hostile-features.ts";
import { hostileWeights, trace } from "./hostile-weights.ts";

/** The most memory that this process ever held, in MiB. */
const peak = () => process.resourceUsage().maxRSS / 1024;
/** What the largest of these files and what is read of it may take; what they claim is a thousand times as much. */
const mostGrown = 700;

const folder = mkdtempSync(join(tmpdir(), "abaw-hostile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is said of a file whose every tensor is asked for. */
function refusal(file: string, bytes: Uint8Array): unknown {
  const path = join(folder, file);
  writeFileSync(path, bytes);
  try {
    withWeights(path, (open) => {
      for (const name of open.tensors.keys()) open.read(name);
    });
  } catch (problem) {
    return problem;
  }
  return undefined;
}

describe("weights from outside are refused with the file and why, and nothing in them is run", () => {
  const before = peak();

  test.each(hostileWeights)("%s", (_, file, bytes, said) => {
    const problem = refusal(file, bytes());
    expect(problem).toBeInstanceOf(WeightFileError);
    expect(String(problem)).toContain(join(folder, file));
    expect(String(problem)).toContain(said);
  });

  test("nothing was run, and nothing allocated for what they claim", () => {
    expect([folder, process.cwd()].filter((each) => existsSync(join(each, trace)))).toEqual([]);
    expect(peak() - before).toBeLessThan(mostGrown);
  });
});

describe("a file with some bytes changed or cut off is read, or refused in words", () => {
  const stored = new URL("../reference/weights/", import.meta.url);
  const names = readdirSync(stored).filter((name) => !name.endsWith(".data"));
  for (const name of names) copyFileSync(new URL(name, stored), join(folder, name));

  test.each(names)("%s", (name) => {
    const bytes = readFileSync(new URL(name, stored));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.option(fc.nat(bytes.length), { freq: 8 }),
        (changes, end) => {
          const changed = Buffer.from(bytes.subarray(0, end ?? bytes.length));
          for (const [at, value] of changes) if (at < changed.length) changed[at] = value;
          const problem = refusal(name, changed);
          return problem === undefined || problem instanceof WeightFileError;
        },
      ),
      { seed: 7, numRuns: 60 },
    );
    writeFileSync(join(folder, name), bytes);
  });
});

describe("stored features from outside too", () => {
  test.each(hostileFeatures)("%s", async (_, file, layout, bytes, said) => {
    const path = join(folder, file);
    writeFileSync(path, bytes());
    const request = { path, dims: [2], per: "frame", videos: new Set(["v"]) } as const;
    await expect(readStored(layout, request)).rejects.toThrow(said);
  });

  test("and nothing was run", () => {
    expect(existsSync(join(folder, trace)) || existsSync(trace)).toBe(false);
  });
});
