import { InertObject } from "../pickle/inert-object.ts";
import { NumpyArray } from "../pickle/numpy-objects.ts";
import { type Pickled, PickleError } from "../pickle/pickled.ts";
import { TorchTensor } from "./torch-tensor.ts";
import type { OtherEntry } from "./weight-file.ts";

export type PickledTensor = TorchTensor | NumpyArray;

/** What a pickle holds: tensors by name, the dictionaries around them, and what is beside them. */
export interface StateDict {
  readonly tensors: ReadonlyMap<string, PickledTensor>;
  readonly boxes: readonly string[];
  readonly others: readonly OtherEntry[];
}

/** A checkpoint with its optimiser has some thousands; a pickle that refers to itself many times over has no end of them. */
const mostVisits = 200_000;
const mostOthers = 200;
const deepest = 64;
const longestName = 1024;

/**
 * Tensors by the names that PyTorch gives them: keys of dictionaries and lists with dots between, and of a pickled module its parameters,
 * buffers and modules, as its own state_dict has them.
 */
export function stateDictOf(value: Pickled): StateDict {
  const found = new Collector();
  found.visit(value, [], { keys: [], isOpen: true });
  return found;
}

/** What stands around a tensor: the keys of the dictionaries up to the first object. */
interface Box {
  readonly keys: readonly string[];
  /** Whether no object is around yet. */
  readonly isOpen: boolean;
}

class Collector implements StateDict {
  readonly tensors = new Map<string, PickledTensor>();
  readonly others: OtherEntry[] = [];
  readonly #boxes = new Set<string>();
  #visits = 0;

  get boxes(): readonly string[] {
    return [...this.#boxes];
  }

  visit(value: Pickled, keys: readonly string[], box: Box): void {
    this.#spend(1);
    if (keys.length > deepest) throw new PickleError(`its entries stand in one another more than ${deepest} deep`);
    if (value instanceof TorchTensor || value instanceof NumpyArray) this.#put(value, keys, box);
    else if (value instanceof Map) this.#visitAll(value, keys, box.isOpen ? { keys, isOpen: true } : box);
    else if (value instanceof InertObject) this.#visitObject(value, keys, box.isOpen ? { keys, isOpen: false } : box);
    else if (Array.isArray(value) && this.#hasMore(value)) this.#visitAll(value.entries(), keys, box);
    else this.#other(keys, describe(value));
  }

  /** What one thing has in many places is looked at many times. */
  #spend(count: number): void {
    this.#visits += count;
    if (this.#visits > mostVisits) throw new PickleError(`it has more than ${mostVisits} entries`);
  }

  #hasMore(values: readonly Pickled[]): boolean {
    this.#spend(values.length >> 3);
    return values.some(holdsMore);
  }

  #put(tensor: PickledTensor, keys: readonly string[], box: Box): void {
    const name = keys.join(".");
    if (name.length > longestName) throw new PickleError(`a name in it has ${name.length} letters`);
    if (this.tensors.has(name)) throw new PickleError(`it has ${JSON.stringify(name)} twice`);
    this.tensors.set(name, tensor);
    if (box.keys.length > 0) this.#boxes.add(box.keys.join("."));
  }

  #visitAll(entries: Iterable<readonly [Pickled, Pickled]>, keys: readonly string[], box: Box): void {
    for (const [key, each] of entries) this.visit(each, [...keys, keyText(key)], box);
  }

  #visitObject({ attributes, entries, items, name }: InertObject, keys: readonly string[], box: Box): void {
    const [parameters, buffers, modules] = ["_parameters", "_buffers", "_modules"].map((key) => attributes.get(key));
    if (parameters instanceof Map || modules instanceof Map) {
      const skipped = attributes.get("_non_persistent_buffers_set");
      const left = Array.isArray(skipped) ? skipped : [];
      this.#spend(left.length);
      for (const part of [parameters, buffers, modules])
        if (part instanceof Map)
          this.#visitAll(
            [...part].filter(([key, each]) => each !== null && !(part === buffers && left.includes(key))),
            keys,
            box,
          );
      return;
    }
    this.#other(keys, `an object of ${name}`);
    for (const part of [entries, attributes, items.entries()])
      this.#visitAll(
        [...part].filter(([, each]) => holdsMore(each)),
        keys,
        box,
      );
  }

  #other(keys: readonly string[], what: string): void {
    if (this.others.length < mostOthers) this.others.push({ name: keys.join(".").slice(0, longestName), what });
  }
}

function holdsMore(value: Pickled): boolean {
  return (
    value instanceof TorchTensor ||
    value instanceof NumpyArray ||
    value instanceof Map ||
    value instanceof InertObject ||
    Array.isArray(value)
  );
}

function keyText(key: Pickled): string {
  if (key instanceof Uint8Array) return new TextDecoder().decode(key);
  if (typeof key === "string" || typeof key === "number" || typeof key === "bigint") return String(key);
  throw new PickleError("a key in it is neither text nor a number");
}

const longestText = 60;

function describe(value: Pickled): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, longestText));
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "function") return "a class";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
