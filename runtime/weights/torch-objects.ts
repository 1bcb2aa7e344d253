import type { NumberType } from "../checkpoints/number-types.ts";
import { InertObject } from "../pickle/inert-object.ts";
import { numpyObjects } from "../pickle/numpy-objects.ts";
import { type Construct, type Pickled, PickleError } from "../pickle/pickled.ts";
import type { Globals } from "../pickle/unpickle.ts";
import { runsCode } from "./foreign-names.ts";
import { TorchStorage, TorchTensor } from "./torch-tensor.ts";

const typeNames: readonly (readonly [storage: string, dtype: string, type: NumberType])[] = [
  ["FloatStorage", "float32", "f32"],
  ["DoubleStorage", "float64", "f64"],
  ["HalfStorage", "float16", "f16"],
  ["BFloat16Storage", "bfloat16", "bf16"],
  ["LongStorage", "int64", "i64"],
  ["IntStorage", "int32", "i32"],
  ["ShortStorage", "int16", "i16"],
  ["CharStorage", "int8", "i8"],
  ["ByteStorage", "uint8", "u8"],
  ["BoolStorage", "bool", "bool"],
  ["", "uint16", "u16"],
  ["", "uint32", "u32"],
  ["", "uint64", "u64"],
  ["", "float8_e4m3fn", "f8_e4m3"],
  ["", "float8_e5m2", "f8_e5m2"],
];

/** Stands for a class of storages, or for a type of numbers. */
const typeMarks = new Map<Construct, NumberType | undefined>();
const known = new Map<string, Construct>();

function mark(name: string, type: NumberType | undefined): void {
  const construct: Construct = (args) => new InertObject(name, args);
  typeMarks.set(construct, type);
  known.set(name, construct);
}
for (const [storage, dtype, type] of typeNames) {
  if (storage !== "") for (const home of ["torch", "torch.cuda"]) mark(`${home}.${storage}`, type);
  mark(`torch.${dtype}`, type);
}
for (const name of ["torch.UntypedStorage", "torch.storage.UntypedStorage", "torch.storage._UntypedStorage"])
  mark(name, undefined);

function typeOf(stand: Pickled | undefined): { readonly type: NumberType | undefined } | undefined {
  return typeof stand === "function" && typeMarks.has(stand) ? { type: typeMarks.get(stand) } : undefined;
}

function sizes(list: Pickled | undefined): readonly number[] {
  if (!Array.isArray(list) || !list.every((each) => typeof each === "number"))
    throw new PickleError("a tensor in it has sizes that are no numbers");
  return list.map(Number);
}

/** `(storage, offset, sizes, strides, ..)`; with `dtype`, where a storage of plain bytes does not say it. */
function tensor([storage, offset, shape, strides]: readonly Pickled[], dtype?: Pickled): TorchTensor {
  if (!(storage instanceof TorchStorage)) throw new PickleError("a tensor in it has no storage");
  const type = typeOf(dtype)?.type ?? storage.type ?? "u8";
  if (typeof offset !== "number") throw new PickleError("a tensor in it has an offset that is no number");
  return new TorchTensor(storage, type, offset, sizes(shape), sizes(strides));
}

/** What the first argument is: of a parameter its tensor. */
const first: Construct = ([value = null]) => value;
const list: Construct = ([items]) => (Array.isArray(items) ? items : []);

/** `_rebuild_from_type_v2(function, type, arguments, state)`: a tensor of a class of its own, or with attributes. */
const typed: Construct = ([construct, , args]) => {
  if (typeof construct !== "function" || !Array.isArray(args))
    throw new PickleError("a tensor in it is not understood");
  return construct(args);
};

/** `_reconstructor(class, base, state)`, `__newobj__(class, ..)`. */
const instance: Construct = ([construct, ...args]) => {
  if (typeof construct !== "function") throw new PickleError("it makes an object of what is no class");
  return construct(args);
};

/** What `pickle.dump` writes for a tensor is a whole file of PyTorch inside. */
const insidePickle: Construct = () => {
  throw new PickleError("its tensors were pickled by pickle.dump: load it, and save it by torch.save");
};

for (const [name, construct] of [
  ["torch._utils._rebuild_tensor", (args) => tensor(args)],
  ["torch._utils._rebuild_tensor_v2", (args) => tensor(args)],
  // (.., requires_grad, hooks, dtype)
  ["torch._utils._rebuild_tensor_v3", (args) => tensor(args, args[6])],
  ["torch._utils._rebuild_parameter", first],
  ["torch._utils._rebuild_parameter_with_state", first],
  ["torch._tensor._rebuild_from_type", typed],
  ["torch._tensor._rebuild_from_type_v2", typed],
  ["torch.storage._load_from_bytes", insidePickle],
  ["torch.Size", list],
  ["builtins.set", list],
  ["builtins.frozenset", list],
  ["builtins.tuple", list],
  ["__builtin__.set", list],
  ["copyreg._reconstructor", instance],
  ["copy_reg._reconstructor", instance],
  ["copyreg.__newobj__", instance],
] satisfies readonly (readonly [string, Construct])[])
  known.set(name, construct);

/**
 * Tensors of PyTorch, arrays of NumPy and plain collections; an object of any other class is an inert record of what it was given, and a
 * name of what runs code is refused. `classes` is told of every class that is not known.
 */
export function torchObjects(classes: Set<string>): Globals {
  const foreign = new Map<string, Construct>();
  return (name) => {
    const own = known.get(name) ?? numpyObjects(name) ?? foreign.get(name);
    if (own !== undefined || runsCode(name)) return own;
    classes.add(name.slice(0, 200));
    const construct: Construct = (args) => new InertObject(name, args);
    foreign.set(name, construct);
    return construct;
  };
}

/** `("storage", class, key, device, count)`, in old files with the part of another storage that it is; `("module", class, ..)` is the class. */
export function outsideOf(storages: Map<string, TorchStorage>): (id: Pickled) => Pickled {
  return (id) => {
    const [kind, stand, key, , count, part] = Array.isArray(id) ? id.map(plainText) : [];
    if (kind === "module" && stand !== undefined) return stand;
    const type = typeOf(stand);
    if (kind !== "storage" || type === undefined || typeof key !== "string")
      throw new PickleError("it refers to something outside that is no storage");
    if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 0)
      throw new PickleError("a storage in it has a count that is none");
    const [partKey, from, length] = Array.isArray(part) ? part.map(plainText) : [];
    const whole = storages.get(key) ?? new TorchStorage(key, type.type, count, 0);
    if (whole.type !== type.type || whole.count !== count)
      throw new PickleError(`two tensors in it differ in what the storage ${key.slice(0, 40)} is`);
    storages.set(key, whole);
    if (partKey === undefined) return whole;
    if (typeof from !== "number" || typeof length !== "number" || !(from >= 0 && length >= 0 && from + length <= count))
      throw new PickleError("a part of a storage in it lies outside of that");
    return new TorchStorage(key, type.type, length, from);
  };
}

/** Texts of protocol 2 that Python 2 wrote are bytes. */
function plainText(value: Pickled): Pickled {
  return value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) : value;
}
