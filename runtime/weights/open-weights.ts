import { WeightFileError } from "../checkpoints/safetensors.ts";
import { HeaderError } from "../headers/file-window.ts";
import { kindOf, refuseStart } from "../headers/other-kind.ts";
import { JsonError } from "../json/read-json.ts";
import { PickleError, PickleForbidden } from "../pickle/pickled.ts";
import { unpickle } from "../pickle/unpickle.ts";
import { onnxWeights } from "./onnx-weights.ts";
import { OpenFile } from "./open-file.ts";
import { type PickledFile, pickledWeights } from "./pickled-weights.ts";
import { safetensorsWeights } from "./safetensors-weights.ts";
import { isIndex, shardedWeights } from "./sharded-weights.ts";
import { isTorchLegacy, readTorchLegacy } from "./torch-legacy.ts";
import { torchObjects } from "./torch-objects.ts";
import { readTorchZip } from "./torch-zip.ts";
import type { WeightFile } from "./weight-file.ts";

/**
 * Opens a file of weights and reads what it says of itself; what it is, its first bytes say, and where these are nothing's, its ending.
 * Throws a WeightFileError that says why it cannot be used.
 */
function openWeights(path: string): WeightFile {
  const opened = told(path, () => printable(open(path)));
  return { ...opened, read: (name) => told(path, () => opened.read(name)) };
}

/** The same for as long as something is done with it. */
export function withWeights<T>(path: string, use: (file: WeightFile) => T): T {
  const file = openWeights(path);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

/** Texts of a file are shown on terminals: a name that would steer one is no weight's. */
function printable(file: WeightFile): WeightFile {
  const strange = [...file.tensors.keys()].find((name) => control.test(name));
  if (strange !== undefined) {
    file.close();
    throw new HeaderError(`it has ${JSON.stringify(strange.slice(0, 100))} as a name`);
  }
  const plain = (text: string) => text.replace(new RegExp(control, "gu"), "?");
  return {
    ...file,
    others: file.others.map(({ name, what }) => ({ name: plain(name), what: plain(what) })),
    classes: file.classes.map(plain),
  };
}

const control = /\p{C}/u;

function told<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (problem) {
    const options = { cause: problem, repair: repairOf(problem) };
    if (problem instanceof HeaderError || problem instanceof PickleError || problem instanceof JsonError)
      throw new WeightFileError(path, problem.message, options);
    throw problem;
  }
}

function repairOf(problem: unknown): string | undefined {
  if (problem instanceof HeaderError) return problem.repair;
  return problem instanceof PickleForbidden
    ? "do not trust it: get these weights elsewhere, best as safetensors"
    : undefined;
}

function open(path: string): WeightFile {
  const file = new OpenFile(path);
  try {
    return opened(path, file);
  } catch (problem) {
    file.close();
    throw problem;
  }
}

/** Endings that PyTorch's files and other pickles have; without a mark at the front, they are of Python's first protocol. */
const pickleEndings = [".pth", ".pt", ".bin", ".pkl", ".pickle", ".ckpt", ".tar", ".model", ".weights"];

/** Pickles from the protocol 2 on begin with 0x80 and it. */
const newestProtocol = 5;

function opened(path: string, file: OpenFile): WeightFile {
  if (file.size === 0) throw new HeaderError("it is empty");
  const start = file.bytes(0, Math.min(file.size, 4)).toString("latin1");
  if (start === "PK\x03\x04" || start === "PK\x05\x06") return pickledWeights(readTorchZip(path, file));
  if (isTorchLegacy(file)) return pickledWeights(readTorchLegacy(file));
  if (isIndex(path)) return shardedWeights(path, file, open);
  if (start.charCodeAt(0) === 0x80 && start.charCodeAt(1) <= newestProtocol) return pickledWeights(plainPickle(file));
  if (kindOf(file) !== undefined) refuseStart(file, "a file of weights");
  if (isTar(file))
    throw new HeaderError("it is a tar archive, as PyTorch wrote before 0.1.10", {
      repair: "load it with PyTorch, and save it again",
    });
  if (pickleEndings.some((ending) => path.endsWith(ending))) return pickledWeights(plainPickle(file));
  if (path.endsWith(".onnx")) return onnxWeights(path, file);
  // The header of safetensors is a JSON object after its length.
  if (!path.endsWith(".safetensors") && file.size > 8 && file.bytes(8, 1).toString("latin1") !== "{")
    throw new HeaderError("it is no file of weights", {
      repair: "weights are read from safetensors, from what PyTorch saves (.pth, .pt, .bin), and from ONNX",
    });
  return safetensorsWeights(path, file);
}

/** Of its one member the numbers are inside of the pickle, all of which is read. */
function plainPickle(file: OpenFile): PickledFile {
  const classes = new Set<string>();
  if (file.size > mostPickled)
    throw new HeaderError(`it is a pickle of ${file.size} bytes; at most ${mostPickled} are read`);
  return {
    kind: "a pickle",
    value: unpickle(file.bytes(0, file.size), torchObjects(classes)),
    classes,
    isBig: false,
    place: () => {
      throw new HeaderError("it has no storages");
    },
    close: () => file.close(),
  };
}

const mostPickled = 2 ** 31;

/** By the mark that POSIX's headers have. */
function isTar(file: OpenFile): boolean {
  return file.size > 512 && file.bytes(257, 5).toString("latin1") === "ustar";
}
