import { floatsOfBytes, type NumberType, numberWidths } from "../checkpoints/number-types.ts";
import { numpyTypes } from "../checkpoints/numpy-types.ts";
import { HeaderError } from "../headers/file-window.ts";
import type { NumpyArray } from "../pickle/numpy-objects.ts";
import type { WeightTensor } from "./weight-file.ts";

const mostAxes = 64;

/** An array in a pickle, as VGGFace2's weights are, and how its numbers are had. Throws a HeaderError where its bytes are not its shape's. */
export function numpyNumbers(array: NumpyArray): WeightTensor & { readonly numbers: () => Float32Array } {
  const { shape, type: text, content, isFortran } = array;
  const type = typeOf(text);
  if (type === undefined || !(content instanceof Uint8Array))
    throw new HeaderError(`it is an array of the type ${text}`);
  const count = shape.reduce((product, size) => product * size, 1);
  if (shape.length > mostAxes || !shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw new HeaderError("its shape is none");
  if (content.length !== count * numberWidths[type])
    throw new HeaderError(`it is [${shape.join(", ")}] and has ${content.length} bytes`);
  if (isFortran && shape.length > 1) throw new HeaderError("its first axis changes fastest: save it in the order of C");
  return { shape, type, numbers: () => floatsOfBytes(type, content, text.startsWith(">")).slice() };
}

function typeOf(text: string): NumberType | undefined {
  return numpyTypes.get(text.slice(1));
}
