import { type Dim, printDim, symbolsOf } from "../../ir/dim.ts";
import type { Node, Value } from "../../ir/graph.ts";
import { InternalError, invariant } from "../../ir/invariant.ts";
import { opNamed } from "../../ops/index.ts";
import {
  atom,
  binds,
  inside,
  named,
  type Python,
  type PythonInput,
  pythonNumber,
  type Reduction,
  type TorchWriter,
  tuple,
} from "../../ops/torch-text.ts";
import { Names } from "./names.ts";

const width = 100;

/** How a function's surroundings write what it does not make itself: weights, constants. */
export interface Surroundings {
  /** Undefined for what is an argument of the function. */
  known(value: Value): Python | undefined;
  /** The number of a stream of random numbers. */
  stream(number: number): string;
  /** The text of a reduction that takes away the axis of the batch. */
  acrossRanks(how: Reduction, reduced: Python): Python;
  /** Whether a node stands where it comes, before all that come after it. */
  inOrder(node: Node): boolean;
}

/** A module or method that gives some values from others; `name` is what its result is called. */
export interface ModuleCall {
  readonly text: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly sizes: readonly string[];
  readonly name: string;
  /** Whether it stands where it comes. */
  readonly inOrder: boolean;
}

/** Ops whose PyTorch functions take Python's numbers for tensors. */
const takeNumbers: ReadonlySet<string> = new Set([
  ..."add subtract multiply divide power maximum minimum".split(" "),
  ..."equal greater greater_or_equal less less_or_equal where".split(" "),
]);

/** The lines of one Python function, statement by statement. What is used once stands where it is used, as far as a line is long. */
export class FunctionText implements TorchWriter {
  readonly lines: string[] = [];
  readonly #names = new Names();
  readonly #around: Surroundings;
  readonly #uses: ReadonlyMap<Value, number>;
  readonly #written = new Map<Value, Python>();
  /** Expressions that wait for their only use. */
  readonly #waiting = new Map<Value, Python>();
  readonly #sizes = new Set<string>();

  /** `uses`: how often each value is read in this function, its results included. */
  constructor(around: Surroundings, uses: ReadonlyMap<Value, number>) {
    this.#around = around;
    this.#uses = uses;
  }

  /** Symbols of sizes that the lines so far name. */
  get sizes(): ReadonlySet<string> {
    return this.#sizes;
  }

  argument(value: Value, wanted: string): string {
    const name = this.#names.fresh(wanted);
    this.#written.set(value, atom(name));
    return name;
  }

  /** Bound, so that rules can map over sizes. */
  readonly size = (dim: Dim): string => {
    for (const name of symbolsOf(dim)) this.#sizes.add(name);
    return printDim(dim).replaceAll("*", " * ").replaceAll("+", " + ").replaceAll("-", " - ");
  };

  stream(number: number): string {
    return this.#around.stream(number);
  }

  reduced(x: PythonInput, how: Reduction, axes: readonly number[], keep: boolean): Python {
    const args = [
      named("dim", axes.length === 1 ? String(axes[0]) : tuple(axes)),
      ...(keep ? [named("keepdim", "True")] : []),
    ];
    const reduced = atom(`${inside(x, binds.atom)}.${how}(${args.join(", ")})`);
    const overBatch = axes.some((axis) => symbolsOf(x.type.shape[axis] ?? 1).includes("batch"));
    return overBatch ? this.#around.acrossRanks(how, reduced) : reduced;
  }

  node(node: Node, wanted: ReadonlyMap<Value, string>): void {
    const rule = opNamed(node.op).torch;
    if (rule === undefined) throw new InternalError(`${node.op} has no PyTorch expression`);
    const expression = this.#within(node, () =>
      rule(
        this,
        node.inputs.map((value) => (value === undefined ? undefined : this.#input(value, takeNumbers.has(node.op)))),
        node,
      ),
    );
    const used = node.outputs.filter((value) => (this.#uses.get(value) ?? 0) > 0);
    const [only] = used;
    const single = node.outputs.length === 1 || givesFirst.has(node.op);
    const waits = single && used.length === 1 && !this.#around.inOrder(node);
    if (waits && only !== undefined && this.#uses.get(only) === 1 && !wanted.has(only)) {
      this.#waiting.set(only, expression);
      return;
    }
    const names = node.outputs.map((value) => this.#name(value, wanted.get(value) ?? "h"));
    this.lines.push(`${single ? names[0] : names.join(", ")} = ${expression.text}`);
  }

  /** A call of a module, with the sizes that it cannot see itself. */
  call(made: ModuleCall, wanted: ReadonlyMap<Value, string>): void {
    const { text, inputs, outputs, sizes, name, inOrder } = made;
    for (const size of sizes) this.#sizes.add(size);
    const expression = atom(`${text}(${[...this.#arguments(inputs), ...sizes].join(", ")})`);
    const [only] = outputs;
    if (outputs.length === 1 && !inOrder && only !== undefined && this.#uses.get(only) === 1 && !wanted.has(only)) {
      this.#waiting.set(only, expression);
      return;
    }
    const names = outputs.map((value) => this.#name(value, wanted.get(value) ?? name));
    this.lines.push(`${names.join(", ")} = ${expression.text}`);
  }

  returns(values: readonly Value[]): void {
    const texts = values.length === 1 ? values.map((value) => this.expression(value).text) : this.#arguments(values);
    this.lines.push(`return ${texts.join(", ")}`);
  }

  /** `return {"a": .., ..}`, a line for each. */
  returnsNamed(values: readonly (readonly [string, Value])[]): void {
    this.lines.push("return {");
    for (const [name, value] of values) this.lines.push(`    ${JSON.stringify(name)}: ${this.expression(value).text},`);
    this.lines.push("}");
  }

  /** How a value is written here, for its only use if it waits for that. */
  expression(value: Value): Python {
    const waiting = this.#waiting.get(value);
    if (waiting !== undefined) return waiting;
    const written = this.#written.get(value) ?? this.#around.known(value);
    invariant(written !== undefined, "a value is read before it is made");
    return written;
  }

  #arguments(values: readonly Value[]): readonly string[] {
    const text = () => values.map((value) => this.expression(value).text);
    while (text().join(", ").length > width - 20 && this.#hoistLongest(values));
    return text();
  }

  #within(node: Node, expression: () => Python): Python {
    let made = expression();
    const inputs = node.inputs.flatMap((value) => value ?? []);
    while (made.text.length > width - 12 && this.#hoistLongest(inputs)) made = expression();
    return made;
  }

  /** Gives the longest of the expressions that still wait a line of its own. */
  #hoistLongest(values: readonly Value[]): boolean {
    const waiting = values.filter((value) => this.#waiting.has(value));
    const [longest] = waiting.sort((a, b) => this.expression(b).text.length - this.expression(a).text.length);
    const expression = longest && this.#waiting.get(longest);
    if (longest === undefined || expression === undefined) return false;
    this.#waiting.delete(longest);
    this.lines.push(`${this.#name(longest, "h")} = ${expression.text}`);
    return true;
  }

  #name(value: Value, wanted: string): string {
    const name = this.#names.fresh(wanted);
    this.#written.set(value, atom(name));
    return name;
  }

  #input(value: Value, takesNumbers: boolean): PythonInput {
    const { type } = value;
    const number = takesNumbers ? numberOf(value) : undefined;
    if (number === undefined) return { ...this.expression(value), type, number };
    const text = type.dtype === "float32" ? pythonNumber(number) : String(number);
    return { text, binds: number < 0 ? binds.sign : binds.atom, type, number };
  }
}

/** Ops that give several values to our gradients and one to PyTorch's. */
const givesFirst: ReadonlySet<string> = new Set(["layer_norm", "lstm", "gru", "max_pool", "batch_norm"]);

/** The number that a scalar constant is; truth values and whole numbers stay tensors. */
export function numberOf({ source, type }: Value): number | undefined {
  if (source.kind !== "constant" || type.shape.length > 0 || type.dtype === "bool") return undefined;
  const [number] = source.data;
  return number === undefined ? undefined : Number(number);
}
