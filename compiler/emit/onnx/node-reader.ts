import type { onnx } from "onnx-proto";
import type { Dim } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/graph.ts";

/** What is known of a tensor: its type, and of a small one of integers, which are sizes or places, what it holds. */
export interface Inferred {
  readonly type: TensorType;
  readonly held?: readonly Dim[] | undefined;
}

/** A node of a decoded file, its inputs as far as they are known and its attributes. */
export class NodeReader {
  readonly outputs: number;
  readonly #proto: onnx.INodeProto;
  readonly #known: ReadonlyMap<string, Inferred>;

  constructor(proto: onnx.INodeProto, known: ReadonlyMap<string, Inferred>) {
    this.#proto = proto;
    this.#known = known;
    this.outputs = (proto.output ?? []).length;
  }

  get inputs(): readonly (Inferred | undefined)[] {
    return (this.#proto.input ?? []).map((name) => this.#known.get(name));
  }

  input(i: number): Inferred | undefined {
    return this.#known.get(this.#proto.input?.[i] ?? "");
  }

  /** What an input holds, if it is all plain numbers. */
  numbers(i: number): readonly number[] | undefined {
    const held = this.input(i)?.held;
    const numbers = held?.filter((dim) => typeof dim === "number");
    return numbers?.length === held?.length ? numbers : undefined;
  }

  int(name: string): number | undefined {
    const value = this.#attribute(name)?.i;
    return value === undefined || value === null ? undefined : Number(value);
  }

  ints(name: string): readonly number[] | undefined {
    return this.#attribute(name)?.ints?.map(Number);
  }

  text(name: string): string | undefined {
    const value = this.#attribute(name)?.s;
    return value ? new TextDecoder().decode(value) : undefined;
  }

  #attribute(name: string): onnx.IAttributeProto | undefined {
    return this.#proto.attribute?.find((each) => each.name === name);
  }
}
