import { createHash, type Hash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DataError } from "../data/data-error.ts";
import { FileWindow } from "../headers/file-window.ts";
import { type OnnxHeader, readOnnx } from "../headers/onnx-header.ts";
import { headerOf } from "../headers/read-header.ts";

/** A network's file that is there and is what it should be. */
export interface NetworkFile {
  readonly path: string;
  readonly header: OnnxHeader;
}

/** The file of a network, its path as the spec writes it. Throws a DataError where there is none that can be run. */
export function networkFile(file: string): NetworkFile {
  const path = resolve(file);
  if (!existsSync(path))
    throw new DataError("there is no such file; it is the network that `onnx(..)` names", { file });
  const known = headerOf(path, "onnx");
  if (known.kind === "broken") throw new DataError(known.reason, { file });
  return { path, header: FileWindow.over(path, readOnnx) };
}

/** 64 hex digits over the bytes of a network's file, and over those beside it that hold its weights. */
export async function networkDigest({ path, header }: NetworkFile): Promise<string> {
  const digest = createHash("sha256");
  await add(digest, path);
  const beside = new Set(header.external.map(({ location }) => location));
  for (const location of [...beside].sort()) {
    digest.update(JSON.stringify(location));
    await add(digest, join(dirname(path), location));
  }
  return digest.digest("hex");
}

async function add(digest: Hash, path: string): Promise<void> {
  for await (const chunk of createReadStream(path)) digest.update(chunk);
}
