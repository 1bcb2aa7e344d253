import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { readSpec } from "../../cli/read-spec.ts";
import { abawInProcess } from "../cli/in-process.ts";

const specs = fileURLToPath(new URL("../../specs/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "abaw-now-"));
symlinkSync(specs, join(folder, "specs"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(readdirSync(join(specs, "now")))("specs/now/%s", (name) => {
  test("checks with nothing to say but that the networks are not here, and trains nothing but heads on them", () => {
    const { plan, diagnostics } = readSpec(join(specs, "now", name), {});
    expect([...new Set(diagnostics.map(({ code }) => code))]).toEqual(["not-looked-at"]);
    for (const { networks, parameters } of plan!.stages) {
      expect(networks).not.toBeUndefined();
      expect(parameters.every(({ group }) => group !== undefined)).toBe(true);
    }
  });

  test("is trained, exported and submitted as a toy", { timeout: 240_000 }, async () => {
    const set = ["--profile", "toy", "--set", "stage.duration=3 steps"];
    const say = (...words: readonly string[]) => abawInProcess([...words, `specs/now/${name}`, ...set], folder);
    const run = await say("run");
    expect([run.status, run.out]).toEqual([0, expect.stringMatching(/^final +all +P /m)]);
    const exported = await say("export");
    expect([exported.status, exported.out]).toEqual([
      0,
      expect.stringContaining("differs from the runtime by at most"),
    ]);
    expect((await say("submit")).status).toBe(0);
  });
});
