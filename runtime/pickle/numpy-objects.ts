import { type Construct, type Pickled, PickleError, Stateful } from "./pickled.ts";
import type { Globals } from "./unpickle.ts";

/** A type of NumPy's numbers, such as `<f4`. */
export class NumpyType extends Stateful {
  #order = "|";
  readonly #code: string;

  constructor(code: string) {
    super();
    this.#code = code;
  }

  /** (version, byte order, ..) */
  setState(state: Pickled): void {
    const order = Array.isArray(state) ? state[1] : undefined;
    if (typeof order === "string") this.#order = order;
  }

  get text(): string {
    return `${this.#order}${this.#code.replace(/^[<>|=]/, "")}`;
  }
}

/** An array of NumPy: its bytes in its own order, or the objects in it. */
export class NumpyArray extends Stateful {
  shape: readonly number[] = [];
  type = "";
  /** Whether the first axis changes fastest. */
  isFortran = false;
  content: Uint8Array | readonly Pickled[] = [];

  /** (version, shape, type, is_fortran, bytes or list) */
  setState(state: Pickled): void {
    if (!Array.isArray(state) || state.length !== 5) throw new PickleError("an array in it has no content");
    const [, shape, type, isFortran, content] = state;
    if (!(type instanceof NumpyType) || !(content instanceof Uint8Array || Array.isArray(content)))
      throw new PickleError("an array in it has no content");
    this.shape = sizesOf(shape);
    this.type = type.text;
    this.isFortran = isFortran === true;
    this.content = content;
  }
}

function sizesOf(shape: Pickled | undefined): readonly number[] {
  const sizes = Array.isArray(shape) ? shape : [shape];
  return sizes.map((size) => {
    if (typeof size !== "number") throw new PickleError("an array in it has a shape that is none");
    return size;
  });
}

const reconstruct: Construct = () => new NumpyArray();
const type: Construct = ([code]) => {
  if (typeof code !== "string") throw new PickleError("a type in it has no name");
  return new NumpyType(code);
};
/** `_frombuffer(bytes, type, shape, order)`, as protocol 5 has arrays. */
const fromBuffer: Construct = ([bytes, dtype, shape, order]) => {
  const array = new NumpyArray();
  array.setState([1, shape ?? null, dtype ?? null, order === "F", bytes ?? null]);
  return array;
};
const scalar: Construct = ([dtype, bytes]) => {
  const array = new NumpyArray();
  array.setState([1, [], dtype ?? null, false, bytes ?? null]);
  return array;
};
/** `encode(text, 'latin1')`: bytes in protocol 2. */
const encode: Construct = ([text]) => {
  if (typeof text !== "string") throw new PickleError("bytes in it are no text");
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
};
const dictionary: Construct = ([entries]) =>
  new Map(
    Array.isArray(entries)
      ? entries.flatMap((each) => (Array.isArray(each) ? [[each[0] ?? null, each[1] ?? null]] : []))
      : [],
  );
const emptyList: Construct = () => [];

const known = new Map<string, Construct>([
  ...["numpy.core", "numpy._core"].flatMap((core): [string, Construct][] => [
    [`${core}.multiarray._reconstruct`, reconstruct],
    [`${core}.multiarray.scalar`, scalar],
    [`${core}.numeric._frombuffer`, fromBuffer],
  ]),
  ["numpy.ndarray", reconstruct],
  ["numpy.dtype", type],
  ["_codecs.encode", encode],
  ["collections.OrderedDict", dictionary],
  // Of these the first argument is what an entry begins with.
  ["collections.defaultdict", () => new Map()],
  ["builtins.dict", dictionary],
  ["__builtin__.dict", dictionary],
  ["builtins.list", emptyList],
  ["__builtin__.list", emptyList],
]);

/** Arrays of NumPy, and Python's own collections. */
export const numpyObjects: Globals = (name) => known.get(name);
