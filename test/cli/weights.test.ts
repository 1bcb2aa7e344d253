import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jsonSchemas } from "../../cli/json-schemas.ts";
import { readSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { abawInProcess } from "./in-process.ts";
import { jsonOf } from "./json-of.ts";

const files = "test/reference/weights";

describe("abaw weights inspect", () => {
  test("shows tensors, what is around and beside them, and whose names they have", async () => {
    const { status, out } = await abawInProcess(["weights", "inspect", `${files}/checkpoint.pth`]);
    expect(status).toBe(0);
    expect(out).toContain("dictionaries around them: model, optimizer.state.0");
    expect(out).toMatch(/model\.module\.blocks\.\{0 \.\. 1\}\.attn\.qkv\.weight +\[24, 8\] +f32 +2 ×/);
    expect(out).toMatch(/mae +22 tensors +behind model\.module/);
  });

  test("as JSON, with what fits the layers of a spec", async () => {
    const { status, out } = await abawInProcess([
      "weights",
      "inspect",
      `${files}/mae.safetensors`,
      "--fits",
      "specs/00-example.abaw",
      "--json",
    ]);
    expect(status).toBe(0);
    expect(jsonOf(jsonSchemas.weights, out)).toMatchObject({
      kind: "safetensors",
      fits: [{ layer: "face", names: "mae", behind: "", found: 29 }, { names: "timm" }, { names: "dinov2" }],
    });
  });

  test("of a file that would run something: nothing of it, and why", async () => {
    const { status, err } = await abawInProcess(["weights", "inspect", "test/mistakes/files/weights/program.pth"]);
    expect(status).toBe(1);
    expect(err).toContain("it asks for posix.system");
  });
});

describe("abaw weights convert", () => {
  test("writes the same numbers as float32, those below a name without it", async () => {
    const to = join(temporaryFolder(), "small.safetensors");
    const { status, out } = await abawInProcess([
      "weights",
      "convert",
      `${files}/checkpoint.pth`,
      "--under",
      "model.module",
      "--to",
      to,
      "--json",
    ]);
    expect(status).toBe(0);
    expect(jsonOf(jsonSchemas.convertedWeights, out)).toMatchObject({ tensors: 30, numbers: 2008 });
    expect(readSafetensors(to).tensors).toEqual(readSafetensors(`${files}/mae.safetensors`).tensors);
    const before = readFileSync(to);
    const again = await abawInProcess(["weights", "convert", `${files}/checkpoint.pth`, "--to", to]);
    expect([again.status, again.err]).toEqual([1, expect.stringContaining("is there already")]);
    expect(readFileSync(to)).toEqual(before);
  });

  test("writes nothing where there is nothing below the name", async () => {
    const to = join(temporaryFolder(), "none.safetensors");
    const { status, err } = await abawInProcess([
      "weights",
      "convert",
      `${files}/checkpoint.pth`,
      "--under",
      "modl",
      "--to",
      to,
    ]);
    expect([status, err]).toEqual([1, expect.stringContaining("has no tensor below modl")]);
    expect(existsSync(to)).toBe(false);
  });
});
