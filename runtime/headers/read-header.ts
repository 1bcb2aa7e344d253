import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { ArrayHeader, FileFormat, FileHeader } from "../../compiler/check/file-header.ts";
import { type Header, readHeader, WeightFileError } from "../checkpoints/safetensors.ts";
import { fixedPlaces } from "../weights/fixed-places.ts";
import { withWeights } from "../weights/open-weights.ts";
import type { WeightFile } from "../weights/weight-file.ts";
import { annotatedVideos } from "./annotated-videos.ts";
import { checkExternal } from "./external-data.ts";
import { FileWindow, HeaderError } from "./file-window.ts";
import { readHdf5 } from "./hdf5-header.ts";
import { readNpy } from "./npy-header.ts";
import { readNpz } from "./npz-header.ts";
import { readOnnx } from "./onnx-header.ts";
import { UnreadHeader } from "./unread-header.ts";

/** What a file that exists says of itself, opened as `format`. */
export function headerOf(path: string, format: FileFormat): FileHeader {
  if (!statSync(path).isFile()) return { kind: "broken", reason: "it is a folder or a device", repair: "name a file" };
  try {
    return read(path, format);
  } catch (problem) {
    if (problem instanceof HeaderError) {
      const { message: reason, is, repair } = problem;
      return { kind: "broken", reason, is, repair };
    }
    if (problem instanceof WeightFileError) return { kind: "broken", reason: problem.reason, repair: problem.repair };
    if (problem instanceof UnreadHeader) return { kind: "unread", reason: problem.message };
    throw problem;
  }
}

function read(path: string, format: FileFormat): FileHeader {
  switch (format) {
    case "weights":
      return withWeights(path, tensorsOf);
    case "onnx":
      return networkOf(path);
    case "npy":
      return { kind: "arrays", arrays: new Map([["", FileWindow.over(path, readNpy)]]) };
    case "npz":
      return { kind: "arrays", arrays: FileWindow.over(path, readNpz) };
    case "hdf5":
      return { kind: "arrays", arrays: FileWindow.over(path, readHdf5) };
    case "annotations":
      return { kind: "videos", names: annotatedVideos(path) };
    case "safetensors":
      return { kind: "arrays", arrays: arraysOf(readHeader(path)) };
  }
}

function tensorsOf(file: WeightFile): FileHeader {
  const shapes = new Map([...file.tensors].map(([name, { shape }]) => [name, shape]));
  return { kind: "tensors", shapes, boxes: file.boxes, fixed: fixedPlaces(file) };
}

function arraysOf({ tensors }: Header): ReadonlyMap<string, ArrayHeader> {
  if (tensors.size === 0) throw new HeaderError("it has no array");
  return new Map([...tensors].map(([name, { shape, dtype }]) => [name, { shape, type: dtype, numeric: true }]));
}

function networkOf(path: string): FileHeader {
  const { external, newer: _, ...header } = FileWindow.over(path, readOnnx);
  for (const each of external) checkExternal(dirname(path), each);
  return { kind: "network", ...header };
}
