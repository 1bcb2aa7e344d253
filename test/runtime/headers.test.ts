import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import onnxProto from "onnx-proto";
import { describe, expect, test } from "vitest";
import type { FileFormat } from "../../compiler/check/file-header.ts";
import { headerOf } from "../../runtime/headers/read-header.ts";
import { fileHeader } from "../../runtime/spec-files/spec-files.ts";
import { seededRandom } from "../compiler/seeded-random.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const files = fileURLToPath(new URL("../mistakes/files/", import.meta.url));
const features = "data/s-Aff-Wild2/features/";
const at = (name: string, format: FileFormat) => fileHeader(files, name, format);
const one = (name: string, shape: readonly number[], type: string) => ({
  kind: "arrays",
  arrays: new Map([[name, { shape, type, numeric: true }]]),
});

describe("a header says", () => {
  test("what a network takes and gives, without its weights", () => {
    const image = { name: "image", type: "float32", shape: ["batch", 3, 112, 112] };
    const outputs = [
      { name: "embedding", type: "float32", shape: ["batch", 512] },
      { name: "scores", type: "float32", shape: ["batch", 10] },
    ];
    const rest = { inner: new Map(), domains: [], weights: 16 };
    expect(at("weights/net.onnx", "onnx")).toMatchObject({
      kind: "network",
      inputs: [image],
      outputs,
      opset: 17,
      ...rest,
    });
    // An older model lists its weights among its inputs.
    expect(at("weights/older.onnx", "onnx")).toMatchObject({
      kind: "network",
      inputs: [image],
      outputs,
      opset: 9,
      ...rest,
    });
    expect(at("weights/beside.onnx", "onnx").kind).toBe("network");
  });

  test("what stored features are", () => {
    expect(at(`${features}face.h5`, "hdf5")).toEqual(one("video1/00001", [64], "float32"));
    expect(at(`${features}newer.h5`, "hdf5")).toEqual(one("video1/00001", [3, 16], "float64"));
    expect(at(`${features}rows.npy`, "npy")).toEqual(one("", [4, 17], "<f4"));
    expect(at(`${features}stored.safetensors`, "safetensors")).toEqual(one("video1", [4, 24], "F32"));
    expect(at(`${features}cache.npz`, "npz")).toEqual({
      kind: "arrays",
      arrays: new Map([
        ["F", { shape: [4, 16], type: "<f4", numeric: true }],
        ["labels", { shape: [4, 12], type: "<i8", numeric: true }],
      ]),
    });
  });

  test("nothing of what is not there, is no file, or lies outside of the folder", () => {
    expect(at("weights/gone.onnx", "onnx")).toEqual({ kind: "absent" });
    expect(at("weights", "onnx")).toMatchObject({ kind: "broken", reason: "it is a folder or a device" });
    for (const outside of ["../expectation.ts", join(files, "weights/net.onnx")])
      expect(at(outside, "onnx").kind).toBe("unread");
    expect(fileHeader(files, "../weights/net.onnx", "onnx", "data").kind).toBe("unread");
    expect(fileHeader(files, "features/face.h5", "hdf5", "data/s-Aff-Wild2").kind).toBe("arrays");
  });
});

const whole: readonly (readonly [string, FileFormat])[] = [
  ["weights/net.onnx", "onnx"],
  ["weights/beside.onnx", "onnx"],
  ["weights/inner.onnx", "onnx"],
  ["weights/face.safetensors", "weights"],
  [`${features}face.h5`, "hdf5"],
  [`${features}newer.h5`, "hdf5"],
  [`${features}heaps.h5`, "hdf5"],
  [`${features}rows.npy`, "npy"],
  [`${features}cache.npz`, "npz"],
  [`${features}stored.safetensors`, "safetensors"],
];

describe.each(whole)("%s from outside", (name, format) => {
  const bytes = readFileSync(join(files, name));
  const path = () => join(temporaryFolder(), name.slice(name.lastIndexOf("/") + 1));

  test("cut off anywhere is refused", () => {
    const cut = path();
    const lengths = Array.from({ length: 64 }, (_, i) => Math.floor((i * bytes.length) / 64));
    const kinds = lengths.map((length) => {
      writeFileSync(cut, bytes.subarray(0, length));
      return headerOf(cut, format).kind;
    });
    expect(new Set(kinds)).toEqual(new Set(["broken"]));
  });

  test("with any bytes changed ends in a header or a reason", () => {
    const changed = path();
    const random = seededRandom(name);
    for (let round = 0; round < 200; round += 1) {
      const copy = Buffer.from(bytes);
      // What speaks of sizes stands at the start, and in archives at the end.
      for (let i = 0; i < 4; i += 1) {
        const near = Math.floor(random() * Math.min(copy.length, 400));
        copy[i % 2 === 0 ? near : copy.length - 1 - near] = Math.floor(random() * 256);
      }
      writeFileSync(changed, copy);
      expect(["tensors", "arrays", "network", "broken", "unread"]).toContain(headerOf(changed, format).kind);
    }
  });
});

test("of a network of 300 MB little is read: it would be refused as a header without an end", () => {
  const path = join(temporaryFolder(), "large.onnx");
  const { ModelProto } = onnxProto.onnx;
  const payload = 300 << 20;
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);
  // A tensor of no name with only raw data, in a graph, in the model: lengths before what is not there.
  const tensor = [0x4a, ...varint(payload)];
  const initializer = [0x2a, ...varint(tensor.length + payload)];
  const port = (name: string) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: "n" }, { dimValue: 3 }] } } },
  });
  const graph = ModelProto.encode({ graph: { name: "g", input: [port("x")], output: [port("y")] } }).finish();
  // The graph's own bytes without the field's key and length, which are one byte each here.
  const rest = graph.subarray(2);
  const head = Buffer.from([
    ...ModelProto.encode({ irVersion: 8, opsetImport: [{ domain: "", version: 17 }] }).finish(),
    0x3a,
    ...varint(initializer.length + tensor.length + payload + rest.length),
    ...initializer,
    ...tensor,
  ]);
  const file = openSync(path, "w");
  writeSync(file, head);
  ftruncateSync(file, head.length + payload);
  writeSync(file, rest, 0, rest.length, head.length + payload);
  closeSync(file);
  expect(headerOf(path, "onnx")).toMatchObject({
    kind: "network",
    outputs: [{ name: "y", shape: ["n", 3] }],
    opset: 17,
  });
});

test("an archive that would unpack to more than a header is not unpacked whole", () => {
  const path = join(temporaryFolder(), "bomb.npz");
  writeFileSync(path, zipSync({ "F.npy": new Uint8Array(50 << 20) }, { level: 9 }));
  expect(headerOf(path, "npz")).toEqual({
    kind: "broken",
    reason: '"F.npy" in it: it is not an array of NumPy',
    is: undefined,
    repair: undefined,
  });
});

test("a file of another kind is called by its kind", () => {
  expect(headerOf(join(files, `${features}face.h5`), "npz")).toMatchObject({ kind: "broken", is: "hdf5" });
  expect(headerOf(join(files, `${features}cache.npz`), "onnx")).toMatchObject({ kind: "broken", is: "npz" });
  expect(headerOf(join(files, `${features}rows.npy`), "npz")).toMatchObject({ kind: "broken", is: "npy" });
});
