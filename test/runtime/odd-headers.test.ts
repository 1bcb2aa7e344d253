import { chmodSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import onnxProto from "onnx-proto";
import { describe, expect, test } from "vitest";
import type { FileFormat } from "../../compiler/check/file-header.ts";
import { headerOf } from "../../runtime/headers/read-header.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function headerOfBytes(name: string, bytes: Uint8Array, format: FileFormat) {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return headerOf(path, format);
}

/** A network whose picture and numbers have these sizes. */
function network(sizes: readonly number[]): Uint8Array {
  const shape = { dim: sizes.map((dimValue) => ({ dimValue })) };
  const port = (name: string) => ({ name, type: { tensorType: { elemType: 1, shape } } });
  const graph = { name: "g", input: [port("x")], output: [port("y")] };
  return onnxProto.onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 17 }],
    graph,
  }).finish();
}

/** A network of which a node has two numbers that lie beside it. */
function withNumbersOutside(
  entries: Readonly<Record<string, string>>,
  place: Readonly<Record<string, string>> = { location: "beside.data" },
): Uint8Array {
  const externalData = Object.entries({ ...place, ...entries }).map(([key, value]) => ({ key, value }));
  const t = { name: "two", dims: [2], dataType: 1, dataLocation: 1, externalData };
  const node = [{ opType: "Constant", output: ["y"], attribute: [{ name: "value", type: 4, t }] }];
  return onnxProto.onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 17 }],
    graph: { name: "g", node },
  }).finish();
}

function npy(shape: string, bytes: number): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }\n`;
  const head = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(text.length, 0)}${text}`, "latin1");
  return Buffer.concat([head, Buffer.alloc(bytes)]);
}

/** An archive whose table names the one member that it has by every letter. */
function manyTimes(member: Uint8Array): Buffer {
  const archive = Buffer.from(zipSync({ "A.npy": member }));
  const end = archive.subarray(-22);
  const at = end.readUInt32LE(16);
  const names = Array.from({ length: 26 }, (_, i) => String.fromCharCode(65 + i));
  const table = names.map((name) => {
    const entry = Buffer.from(archive.subarray(at, -22));
    entry.write(name, 46);
    return entry;
  });
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(names.length * end.readUInt32LE(12), 12);
  return Buffer.concat([archive.subarray(0, at), ...table, end]);
}

function safetensors(header: string, bytes = 0): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(bytes)]);
}

describe("of a network", () => {
  test.each([
    { offset: "-8" },
    { length: "-8" },
    { offset: "1e1" },
    { offset: "0x8" },
    { offset: "99999999999999999999" },
    { length: "4" },
  ])("bytes beside it that cannot be: %o", (entries) => {
    const { offset = "0", length = "8" }: { offset?: string; length?: string } = entries;
    expect(headerOfBytes("outside.onnx", withNumbersOutside(entries), "onnx")).toMatchObject({
      kind: "broken",
      reason: expect.stringContaining(`it claims ${length} bytes at ${offset}, and its sizes take 8`),
    });
  });

  test.each([{}, { location: "" }])("bytes elsewhere, without a place: %o", (place) => {
    expect(headerOfBytes("outside.onnx", withNumbersOutside({}, place), "onnx")).toMatchObject({
      kind: "broken",
      reason: expect.stringContaining('the numbers of "two" are elsewhere, and it does not say where'),
    });
  });

  test("bytes beside it that end beyond their file, or lie past a link that leaves its folder", () => {
    const folder = temporaryFolder();
    const path = join(folder, "net.onnx");
    writeFileSync(path, withNumbersOutside({ offset: "4" }));
    writeFileSync(join(folder, "beside.data"), new Uint8Array(11));
    expect(headerOf(path, "onnx")).toMatchObject({ reason: expect.stringContaining("up to byte 12, and that has 11") });
    writeFileSync(join(folder, "beside.data"), new Uint8Array(12));
    expect(headerOf(path, "onnx").kind).toBe("network");
    rmSync(join(folder, "beside.data"));
    const elsewhere = join(temporaryFolder(), "other.data");
    writeFileSync(elsewhere, new Uint8Array(12));
    symlinkSync(elsewhere, join(folder, "beside.data"));
    expect(headerOf(path, "onnx")).toMatchObject({ reason: expect.stringContaining("outside of its folder") });
  });

  test("ONNX's own operators, by name", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "beside.data"), new Uint8Array(8));
    writeFileSync(join(folder, "net.onnx"), withNumbersOutside({}));
    expect(headerOf(join(folder, "net.onnx"), "onnx")).toMatchObject({ operators: ["Constant"] });
  });

  test("a size below 0 is free", () => {
    const { kind, ...header } = headerOfBytes("free.onnx", network([-1, 3, 112, 112]), "onnx");
    expect(kind).toBe("network");
    expect(header).toMatchObject({ inputs: [{ shape: ["?", 3, 112, 112] }], outputs: [{ shape: ["?", 3, 112, 112] }] });
  });

  test("more axes than a tensor has are refused", () => {
    const reason = "what it takes or gives has 65 axes";
    expect(headerOfBytes("axes.onnx", network(Array(65).fill(1)), "onnx")).toMatchObject({ kind: "broken", reason });
  });
});

test.each(["1 2, 3", "0, 99999999999999999999"])("(%s) is no shape of an array", (shape) => {
  const reason = "its header gives a shape that is none";
  expect(headerOfBytes("rows.npy", npy(shape, 64), "npy")).toMatchObject({ kind: "broken", reason });
});

describe("of an archive", () => {
  const unpacked = 8 << 20;
  const array = npy("2000000,", unpacked);

  test("no more is unpacked than it takes to have the headers", () => {
    const header = headerOfBytes("many.npz", manyTimes(array), "npz");
    // All of them whole would be more than is unpacked.
    expect(header.kind === "arrays" && header.arrays.size).toBe(26);
  });

  test("headers that only come out with very much are not waited for", () => {
    // A header of the longest kind, hard to pack up to its end, and behind it what packs well.
    let state = 1;
    const hard = Array.from({ length: 9000 }, () => {
      state = (state * 48271) % 2147483647;
      return 33 + (state % 6) * 2;
    });
    const text = `{'descr': '<f4', 'shape': (2000000,), '${String.fromCharCode(...hard).replaceAll("'", "-")}': 0}\n`;
    const head = Buffer.alloc(10);
    head.write("\x93NUMPY\x01\x00", "latin1");
    head.writeUInt16LE(text.length, 8);
    const member = Buffer.concat([head, Buffer.from(text), Buffer.alloc(unpacked)]);
    expect(headerOfBytes("hard.npz", manyTimes(member), "npz")).toEqual({
      kind: "unread",
      reason: "its arrays unpack to very much",
    });
  });
});

describe("of safetensors", () => {
  test("a list is no header, and no array no features", () => {
    const list = headerOfBytes("list.safetensors", safetensors("[]"), "weights");
    expect(list).toMatchObject({ kind: "broken", reason: "its header is no map" });
    const none = headerOfBytes("none.safetensors", safetensors("{}"), "safetensors");
    expect(none).toMatchObject({ kind: "broken", reason: "it has no array" });
  });

  test("what nests deeper than a header is not parsed", () => {
    const deep = headerOfBytes("deep.safetensors", safetensors("[".repeat(2_000_000)), "weights");
    expect(deep).toMatchObject({ kind: "broken", reason: "its header nests deeper than one of safetensors" });
    const named = safetensors('{"a\\"[[[[":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4);
    expect(headerOfBytes("named.safetensors", named, "weights")).toMatchObject({ kind: "tensors" });
  });

  test("more axes, or longer names, than a tensor has are refused", () => {
    const tensor = (name: string, axes: number) =>
      `{"${name}":{"dtype":"F32","shape":[${Array(axes).fill(1)}],"data_offsets":[0,4]}}`;
    expect(headerOfBytes("usual.safetensors", safetensors(tensor("a", 64), 4), "weights").kind).toBe("tensors");
    const axes = headerOfBytes("axes.safetensors", safetensors(tensor("a", 65), 4), "weights");
    expect(axes).toMatchObject({ reason: 'its header describes "a" in a way that is not understood' });
    const name = headerOfBytes("name.safetensors", safetensors(tensor("a".repeat(1025), 1), 4), "weights");
    expect(name).toMatchObject({ reason: "a name in it has 1025 letters" });
  });
});

test.runIf(process.getuid?.() !== 0)("a file that may not be read is told as such", () => {
  for (const format of ["onnx", "safetensors"] as const) {
    const path = join(temporaryFolder(), `closed.${format}`);
    writeFileSync(path, "");
    chmodSync(path, 0o000);
    expect(headerOf(path, format)).toMatchObject({ kind: "broken", reason: "there is no permission to read it" });
  }
});
