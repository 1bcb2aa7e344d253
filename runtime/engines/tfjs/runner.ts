import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import { type Graph, inputsOf } from "../../../compiler/ir/graph.ts";
import { bindConstants } from "../bind-constants.ts";
import type { Tensor, Tensors } from "../engine.ts";
import type { Device } from "./device.ts";
import { DeviceKit } from "./kit.ts";
import { Program } from "./program.ts";
import { Resident } from "./resident.ts";
import { specialise } from "./specialise.ts";

/** A graph on a device, with a program for each combination of sizes that it has met. */
export class Runner {
  readonly inputs: ReadonlySet<string>;
  readonly #device: Device;
  readonly #graph: Graph;
  readonly #kit: DeviceKit;
  readonly #programs = new Map<string, Program>();

  constructor(device: Device, graph: Graph, constants: Tensors) {
    this.#device = device;
    this.#graph = bindConstants(graph, constants);
    this.#kit = new DeviceKit(device);
    this.inputs = new Set(inputsOf(this.#graph).map(({ source }) => source.name));
  }

  /** Outputs by name, which are the caller's to free. `resident` tensors stay; feeds are put on the device and freed. */
  run(feeds: Tensors, resident: ReadonlyMap<string, DeviceTensor> = new Map()): Map<string, DeviceTensor> {
    const given = new Map<string, DeviceTensor>();
    const passing: DeviceTensor[] = [];
    try {
      for (const name of this.inputs) {
        const known = resident.get(name);
        const fed = feeds.get(name);
        if (known !== undefined) given.set(name, known);
        else if (fed !== undefined) given.set(name, this.#put(fed, passing));
      }
      return this.#programFor(given).run(given);
    } finally {
      for (const tensor of passing) tensor.dispose();
    }
  }

  release(): void {
    this.#kit.release();
    this.#programs.clear();
  }

  #put(tensor: Tensor, passing: DeviceTensor[]): DeviceTensor {
    const there = tensor instanceof Resident ? tensor.on(this.#device) : undefined;
    if (there !== undefined) return there;
    const put = this.#device.upload(tensor);
    passing.push(put);
    return put;
  }

  #programFor(given: ReadonlyMap<string, DeviceTensor>): Program {
    const key = [...given.values()].map(({ shape }) => shape.join()).join(" ");
    const known = this.#programs.get(key);
    if (known !== undefined) return known;
    const shapes = new Map([...given].map(([name, { shape }]) => [name, shape]));
    const made = new Program(specialise(this.#graph, shapes), this.#kit);
    this.#programs.set(key, made);
    return made;
  }
}
