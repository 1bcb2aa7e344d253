/** Writes the files that specs of test/mistakes name, right ones and damaged ones; those of HDF5 are made by test/reference/make_hdf5.py. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import onnxProto, { type onnx } from "onnx-proto";
import { writeSafetensors } from "../runtime/checkpoints/safetensors.ts";
import type { Tensor } from "../runtime/engines/engine.ts";

const folder = fileURLToPath(new URL("../test/mistakes/files/", import.meta.url));
const weights = join(folder, "weights");
const features = join(folder, "data/s-Aff-Wild2/features");
for (const each of [weights, features]) mkdirSync(each, { recursive: true });

const float32 = 1;
const int64 = 7;
/** Some network of another maker, as its exporter writes it; `sizes` are numbers or names. */
function port(name: string, sizes: readonly (number | string)[], elemType = float32): onnx.IValueInfoProto {
  const dim = sizes.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

const picture = port("image", ["batch", 3, 112, 112]);
const embedding = port("embedding", ["batch", 512]);
const scores = port("scores", ["batch", 10]);

function network(
  graph: Partial<onnx.IGraphProto>,
  { opset = 17, irVersion = 8 }: { opset?: number; irVersion?: number } = {},
): Uint8Array {
  const whole = { name: "net", input: [picture], output: [embedding, scores], ...graph };
  return onnxProto.onnx.ModelProto.encode({
    irVersion,
    opsetImport: [{ domain: "", version: opset }],
    graph: whole,
  }).finish();
}

const inner = { name: "w", dims: [4, 4], dataType: float32, rawData: new Uint8Array(64) };
const outer = (location: string, length: string): onnx.ITensorProto => ({
  name: "w",
  dims: [4, 4],
  dataType: float32,
  dataLocation: onnxProto.onnx.TensorProto.DataLocation.EXTERNAL,
  externalData: [
    { key: "location", value: location },
    { key: "length", value: length },
  ],
});

const networks: Readonly<Record<string, Uint8Array>> = {
  "net.onnx": network({ initializer: [inner] }),
  "one.onnx": network({ output: [embedding] }),
  "older.onnx": network({ input: [picture, port("w", [4, 4])], initializer: [inner] }, { opset: 9, irVersion: 3 }),
  "beside.onnx": network({ initializer: [outer("beside.onnx.data", "64")] }),
  "short.onnx": network({ initializer: [outer("beside.onnx.data", "65")] }),
  "apart.onnx": network({ initializer: [outer("apart.onnx.data", "64")] }),
  "escapes.onnx": network({ initializer: [outer("../../secret", "64")] }),
  "opset5.onnx": network({ output: [embedding] }, { opset: 5 }),
  "opset99.onnx": network({ output: [embedding] }, { opset: 99 }),
  "two.onnx": network({ input: [picture, port("mask", ["batch", 1])], output: [embedding] }),
  "bytes.onnx": network({ input: [port("image", ["batch", 3, 112, 112], 2)], output: [embedding] }),
  "ids.onnx": network({ output: [port("ids", ["batch", 512], int64)] }),
  "free.onnx": network({ output: [port("embedding", ["batch", "d"])] }),
  "domain.onnx": network({
    node: [{ opType: "Embed", domain: "com.example", input: ["image"], output: ["embedding"] }],
    output: [embedding],
  }),
  "inner.onnx": network({
    node: [
      { opType: "GlobalAveragePool", input: ["image"], output: ["pooled"] },
      { opType: "Flatten", input: ["pooled"], output: ["embedding"] },
    ],
    output: [port("embedding", ["batch", 3])],
  }),
  "eight.onnx": network({ input: [port("image", [8, 3, 112, 112])], output: [embedding] }),
};
for (const [name, bytes] of Object.entries(networks)) writeFileSync(join(weights, name), bytes);
writeFileSync(join(weights, "beside.onnx.data"), new Uint8Array(64));
writeFileSync(join(weights, "cut.onnx"), networks["net.onnx"]?.subarray(0, 60) ?? "");
writeFileSync(join(weights, "page.onnx"), "<!DOCTYPE html>\n<title>404</title>\n");
// What pickle.dumps writes of an object that asks for it in __reduce__.
writeFileSync(join(weights, "program.pth"), "\x80\x02cposix\nsystem\nX\x05\x00\x00\x00touch\x85R.", "latin1");

const tensors = new Map([
  ["linear.weight", { dtype: "float32" as const, shape: [48, 8], data: new Float32Array(48 * 8) }],
  ["linear.bias", { dtype: "float32" as const, shape: [48], data: new Float32Array(48) }],
  ["maps.conv.weight", { dtype: "float32" as const, shape: [8, 3, 3, 3], data: new Float32Array(216) }],
  ["maps.conv.bias", { dtype: "float32" as const, shape: [8], data: new Float32Array(8) }],
]);
writeSafetensors(join(weights, "face.safetensors"), tensors, {});
const places = { dtype: "float32" as const, shape: [1, 17, 8], data: new Float32Array(17 * 8) };
writeSafetensors(join(weights, "places.safetensors"), new Map([["pos_embed", places]]), {});
const block = ["weight", "bias"].map((name): [string, Tensor] => [
  `blocks.0.mlp.${name}`,
  { dtype: "float32", shape: name === "bias" ? [8] : [8, 3], data: new Float32Array(name === "bias" ? 8 : 24) },
]);
writeSafetensors(join(weights, "blocks.safetensors"), new Map(block), {});
const long = Buffer.alloc(16);
long.writeBigUInt64LE(2n ** 40n);
writeFileSync(join(weights, "long.safetensors"), long);

/** The bytes of numpy.save. */
function npy(descr: string, shape: readonly number[], bytes: number): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const head = Buffer.alloc(10);
  head.write("\x93NUMPY\x01\x00", "latin1");
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  head.writeUInt16LE(length, 8);
  return Buffer.concat([head, Buffer.from(`${text.padEnd(length - 1)}\n`), Buffer.alloc(bytes)]);
}

const labels = npy("<i8", [4, 12], 4 * 12 * 8);
const arrays: Readonly<Record<string, Uint8Array>> = {
  "rows.npy": npy("<f4", [4, 17], 4 * 17 * 4),
  "cut.npy": npy("<f4", [4, 17], 100),
  "nested.npy": npy("|O", [], 40),
  "names.npy": npy("<U5", [4], 80),
  "cache.npz": zipSync({ "F.npy": npy("<f4", [4, 16], 256), "labels.npy": labels }, { mtime: "2026-01-01T00:00:00" }),
  "cut.npz": zipSync({ "F.npy": npy("<f4", [4, 16], 256) }, { mtime: "2026-01-01T00:00:00" }).subarray(0, 120),
  "pointer.h5": Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n"),
  "empty.h5": new Uint8Array(0),
};
for (const [name, bytes] of Object.entries(arrays)) writeFileSync(join(features, name), bytes);
const stored = { dtype: "float32" as const, shape: [4, 24], data: new Float32Array(96) };
writeSafetensors(join(features, "stored.safetensors"), new Map([["video1", stored]]), {});
