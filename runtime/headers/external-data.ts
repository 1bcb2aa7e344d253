import { existsSync, statSync } from "node:fs";
import { insideFolder } from "../data/inside-folder.ts";
import { HeaderError } from "./file-window.ts";

/** A tensor of ONNX whose numbers lie in another file: which, beside the model, and which bytes of it. */
export interface ExternalData {
  readonly tensor: string;
  readonly location: string;
  readonly from: number;
  readonly length: number;
}

/** Bits of one number, by TensorProto.DataType; texts have none and cannot lie outside. */
const bits: Readonly<Record<number, number>> = {
  1: 32,
  2: 8,
  3: 8,
  4: 16,
  5: 16,
  6: 32,
  7: 64,
  9: 8,
  10: 16,
  11: 64,
  12: 32,
  13: 64,
  14: 64,
  15: 128,
  16: 16,
  17: 8,
  18: 8,
  19: 8,
  20: 8,
  21: 4,
  22: 4,
  23: 4,
};

/** Where `count` numbers of a type lie by a tensor's `external_data`. Throws a HeaderError where that cannot be. */
export function externalData(
  tensor: string,
  type: number,
  count: number,
  entries: ReadonlyMap<string, string>,
): ExternalData {
  const location = entries.get("location");
  const repair = "save the network again with its numbers inside";
  if (location === undefined || location === "")
    throw new HeaderError(`the numbers of ${JSON.stringify(tensor)} are elsewhere, and it does not say where`, {
      repair,
    });
  const what = `the numbers of ${JSON.stringify(tensor)} are in ${JSON.stringify(location)}`;
  const width = bits[type];
  if (width === undefined) throw new HeaderError(`${what}, and their type ${type} cannot lie there`, { repair });
  const size = Math.ceil((count * width) / 8);
  const from = entries.get("offset") ?? "0";
  const length = entries.get("length") ?? String(size);
  const isWhole = [from, length].every((text) => /^\d+$/.test(text) && Number.isSafeInteger(Number(text)));
  if (!isWhole || Number(length) !== size)
    throw new HeaderError(`${what}: it claims ${length} bytes at ${from}, and its sizes take ${size}`, { repair });
  return { tensor, location, from: Number(from), length: size };
}

/** Numbers beside the model are below its folder: a model from elsewhere must not name other files of this machine. */
export function checkExternal(folder: string, { tensor, location, from, length }: ExternalData): void {
  const file = insideFolder(folder, location);
  const repair = "the files of a network belong beside it";
  const what = `the numbers of ${JSON.stringify(tensor)} are in ${JSON.stringify(location)}`;
  if (file === undefined) throw new HeaderError(`${what}, outside of its folder`, { repair });
  if (!existsSync(file) || !statSync(file).isFile()) throw new HeaderError(`${what}, which is not there`, { repair });
  const { size } = statSync(file);
  if (!(from + length <= size)) throw new HeaderError(`${what} up to byte ${from + length}, and that has ${size}`);
}
