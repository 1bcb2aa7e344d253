import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  readHeader,
  readSafetensors,
  WeightFileError,
  writeSafetensors,
} from "../../runtime/checkpoints/safetensors.ts";
import { writeAtomically } from "../../runtime/checkpoints/write-atomically.ts";
import type { Tensors } from "../../runtime/engines/engine.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const some: Tensors = new Map([
  ["b", { dtype: "float32", shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, Number.MAX_VALUE, 1e-40) }],
  ["a", { dtype: "int32", shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) }],
  ["empty", { dtype: "float32", shape: [0, 4], data: new Float32Array(0) }],
]);

function fileOf(header: unknown, data = 0): string {
  const path = join(temporaryFolder(), "file.safetensors");
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([size, text, Buffer.alloc(data)]));
  return path;
}

describe("safetensors", () => {
  test("come back as they were written, with what is said about them", () => {
    const path = join(temporaryFolder(), "some.safetensors");
    writeSafetensors(path, some, { step: "7" });
    const { tensors, header } = readSafetensors(path);
    expect(header.metadata).toEqual({ step: "7" });
    expect(new Map([...tensors].toSorted())).toEqual(new Map([...some].toSorted()));
    expect([...readSafetensors(path, new Set(["a"])).tensors.keys()]).toEqual(["a"]);
  });

  test("of equal tensors have equal bytes, in whatever order they come", () => {
    const folder = temporaryFolder();
    writeSafetensors(join(folder, "1"), some, {});
    writeSafetensors(join(folder, "2"), new Map([...some].reverse()), {});
    expect(readFileSync(join(folder, "1"))).toEqual(readFileSync(join(folder, "2")));
  });

  test("of other widths are read as float32", () => {
    const path = fileOf(
      { x: { dtype: "BF16", shape: [2], data_offsets: [0, 4] }, y: { dtype: "F16", shape: [2], data_offsets: [4, 8] } },
      8,
    );
    const bytes = readFileSync(path);
    // 1 and −2 in bfloat16, then in half precision.
    bytes.set([0x80, 0x3f, 0x00, 0xc0, 0x00, 0x3c, 0x00, 0xc0], bytes.length - 8);
    writeFileSync(path, bytes);
    const { tensors } = readSafetensors(path);
    expect(Array.from(tensors.get("x")?.data ?? [], Number)).toEqual([1, -2]);
    expect(Array.from(tensors.get("y")?.data ?? [], Number)).toEqual([1, -2]);
  });

  test.each([
    [
      "a header longer than the file",
      () => {
        const path = fileOf({});
        const bytes = readFileSync(path);
        bytes.writeBigUInt64LE(2n ** 40n);
        writeFileSync(path, bytes);
        return path;
      },
    ],
    ["no JSON", () => fileOf("{not json")],
    ["data behind the end", () => fileOf({ x: { dtype: "F32", shape: [4], data_offsets: [0, 16] } }, 8)],
    ["a shape that is not its size", () => fileOf({ x: { dtype: "F32", shape: [3], data_offsets: [0, 8] } }, 8)],
    [
      "a size beyond all numbers",
      () => fileOf({ x: { dtype: "F32", shape: [2 ** 40, 2 ** 40], data_offsets: [0, 8] } }, 8),
    ],
    [
      "tensors over one another",
      () =>
        fileOf(
          {
            x: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
            y: { dtype: "F32", shape: [2], data_offsets: [4, 12] },
          },
          12,
        ),
    ],
    ["an unknown type", () => fileOf({ x: { dtype: "C64", shape: [1], data_offsets: [0, 8] } }, 8)],
    ["a negative offset", () => fileOf({ x: { dtype: "F32", shape: [2], data_offsets: [-8, 0] } }, 8)],
    [
      "nothing",
      () => {
        const path = join(temporaryFolder(), "empty");
        writeFileSync(path, "");
        return path;
      },
    ],
    ["no file", () => "nowhere.safetensors"],
  ])("with %s are refused, naming the file", (_, make) => {
    const path = make();
    expect(() => readSafetensors(path)).toThrow(WeightFileError);
    expect(() => readHeader(path)).toThrow(path);
  });

  test("with any bytes at all are read or refused, never more", () => {
    const path = join(temporaryFolder(), "any");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        writeFileSync(path, bytes);
        try {
          readSafetensors(path);
        } catch (problem) {
          expect(problem).toBeInstanceOf(WeightFileError);
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe("a file that is replaced", () => {
  test("stays as it was if the writing fails on the way, and leaves nothing beside it", () => {
    const folder = temporaryFolder();
    const path = join(folder, "file");
    writeAtomically(path, [Buffer.from("before")]);
    function* failing() {
      yield Buffer.from("half of wh");
      throw new Error("disk full");
    }
    expect(() => writeAtomically(path, failing())).toThrow("disk full");
    expect(readFileSync(path, "utf8")).toBe("before");
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  test("appears with the folders above it", () => {
    const path = join(temporaryFolder(), "a", "b", "file");
    writeAtomically(path, [Buffer.from("whole")]);
    expect(existsSync(path)).toBe(true);
  });
});
