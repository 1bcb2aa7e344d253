import type { TrainedParameter } from "../engine.ts";

/** Vectors of one group: all its parameters one after another, and as much room for gradients, each slot and the average. */
export interface Region {
  /** Bytes of one vector, a multiple of 16. */
  readonly bytes: number;
  /** Where each vector begins, by name. */
  readonly pointers: ReadonlyMap<string, number>;
}

const pageBytes = 1 << 16;
const memoryLimit = 2 ** 32;

/**
 * One WebAssembly memory for everything that an update touches. Its views are fed to the engine and filled by it, so that a step
 * copies nothing.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly regions: readonly Region[];
  readonly #offsets = new Map<string, { readonly region: Region; readonly offset: number; readonly length: number }>();

  constructor(parameters: readonly TrainedParameter[], groups: number, vectors: readonly string[]) {
    let end = 0;
    const places: {
      readonly path: string;
      readonly group: number;
      readonly offset: number;
      readonly length: number;
    }[] = [];
    const regions: Region[] = [];
    for (let group = 0; group < groups; group += 1) {
      let bytes = 0;
      for (const { path, start } of parameters.filter((each) => each.group === group)) {
        places.push({ path, group, offset: bytes, length: start.length });
        bytes += Math.ceil(start.length / 4) * 16;
      }
      const pointers = new Map(vectors.map((name, i) => [name, end + i * bytes]));
      regions.push({ bytes, pointers });
      end += bytes * vectors.length;
    }
    if (end > memoryLimit) {
      throw new Error(
        `training needs ${(end / 2 ** 30).toFixed(1)} GiB for weights, gradients and the optimiser; this engine has room for 4`,
      );
    }
    const pages = Math.max(1, Math.ceil(end / pageBytes));
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.regions = regions;
    for (const { path, group, offset, length } of places) {
      const region = regions[group];
      if (region !== undefined) this.#offsets.set(path, { region, offset, length });
    }
  }

  /** A parameter's part of a vector, such as its gradient. */
  view(vector: string, path: string): Float32Array {
    const place = this.#offsets.get(path);
    const pointer = place?.region.pointers.get(vector);
    if (place === undefined || pointer === undefined) throw new Error(`the arena has no ${vector} of ${path}`);
    return new Float32Array(this.memory.buffer, pointer + place.offset, place.length);
  }

  /** A whole vector of a group. */
  whole(vector: string, group: number): Float32Array {
    const region = this.regions[group];
    const pointer = region?.pointers.get(vector);
    if (region === undefined || pointer === undefined) throw new Error(`the arena has no ${vector} of group ${group}`);
    return new Float32Array(this.memory.buffer, pointer, region.bytes / 4);
  }
}
