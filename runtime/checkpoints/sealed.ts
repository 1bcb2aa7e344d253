import { createHash, type Hash } from "node:crypto";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import type { Tensors } from "../engines/engine.ts";
import { type Header, readHeader, readSafetensors, WeightFileError, writeSafetensors } from "./safetensors.ts";

/** A file of ours that is not as it was written: a disk, a copy or a person changed it. What it holds can be made again. */
export class AlteredFile extends WeightFileError {
  readonly file: string;

  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(file, reason, options);
    this.name = "AlteredFile";
    this.file = file;
  }
}

const key = "digest";

/** Writes a safetensors file whose metadata have a SHA-256 of all that it holds, as `digest`. */
export function writeSealed(path: string, tensors: Tensors, metadata: Readonly<Record<string, string>>): void {
  const hash = begun(metadata);
  for (const name of [...tensors.keys()].sort()) {
    const tensor = tensors.get(name);
    if (tensor === undefined) continue;
    const { data, shape } = tensor;
    hash.update(JSON.stringify([name, shape, data.byteLength]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  writeSafetensors(path, tensors, { ...metadata, [key]: hash.digest("hex") });
}

/** The tensors of a sealed file. Throws an AlteredFile if it is not as it was written. */
export function readSealed(path: string): { readonly tensors: Tensors; readonly header: Header } {
  checkSeal(path);
  return readSafetensors(path);
}

const window = 1 << 20;

/** Holds a sealed file to its digest, a part at a time. Throws an AlteredFile. */
export function checkSeal(path: string): void {
  const header = headerOf(path);
  const { digest, ...metadata } = header.metadata;
  const hash = begun(metadata);
  const buffer = new Uint8Array(window);
  const file = openSync(path, "r");
  try {
    const byName = [...header.tensors].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, { shape, offsets }] of byName) {
      const [from, to] = offsets;
      hash.update(JSON.stringify([name, shape, to - from]));
      for (let at = from; at < to; ) {
        const read = readSync(file, buffer, 0, Math.min(window, to - at), header.dataStart + at);
        if (read === 0) throw new AlteredFile(path, "it ends too early");
        hash.update(buffer.subarray(0, read));
        at += read;
      }
    }
  } finally {
    closeSync(file);
  }
  if (hash.digest("hex") !== digest) throw new AlteredFile(path, "its content is not what was written");
}

/** Metadata come first, in any order. */
function begun(metadata: Readonly<Record<string, string>>): Hash {
  const entries = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(entries));
}

/** The header of a sealed file alone, which says nothing about its content. Throws an AlteredFile if there is none. */
export function headerOf(path: string): Header {
  if (!existsSync(path)) throw new AlteredFile(path, "there is no such file");
  try {
    return readHeader(path);
  } catch (problem) {
    if (!(problem instanceof WeightFileError)) throw problem;
    throw new AlteredFile(path, problem.reason, { cause: problem });
  }
}
