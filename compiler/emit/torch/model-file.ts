import { type GraphOutput, type Node, nodesReaching, type Value } from "../../ir/graph.ts";
import { invariant } from "../../ir/invariant.ts";
import { atom, type Python, pythonNumber, tuple } from "../../ops/torch-text.ts";
import { Buffers } from "./buffers.ts";
import { Constants } from "./constants.ts";
import { FunctionText, type ModuleCall } from "./function-text.ts";
import { type Call, callsOf, isIndex, isList, type Layer, layersOf, madeIn, nodesIn, segmentsOf } from "./layers.ts";
import { className, moduleAttributes, Names } from "./names.ts";
import { plainModule } from "./plain-modules.ts";
import { movedInPlace } from "./running-statistics.ts";
import { acrossRanks, constructorOf, definition, indented, listed, sizeLines } from "./text.ts";

/** A model as PyTorch text: what goes in and comes out, by name, and where its weights are. */
export interface TorchModel {
  readonly name: string;
  readonly outputs: readonly GraphOutput[];
  readonly parameters: ReadonlyMap<string, readonly number[]>;
  readonly states: ReadonlyMap<string, { readonly shape: readonly number[]; readonly start: number }>;
  /** Names of the model's body, for its variables. */
  readonly names: ReadonlyMap<Value, string>;
}

export interface ModelFile {
  /** Of the model's class. */
  readonly name: string;
  readonly text: string;
  readonly constants: Constants;
  /** The model's arguments in order: Python names and graph inputs. */
  readonly arguments: readonly { readonly name: string; readonly value: Value }[];
}

/** The classes of a model, each after those that it holds. Equal layers are one class. */
export function modelFile(model: TorchModel): ModelFile {
  return new ModelText(model).file();
}

/** Says what PyTorch text cannot say of a model. */
export class TorchCannot extends Error {}

interface Applied {
  readonly method: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly sizes: readonly string[];
}

class ModelText {
  readonly #model: TorchModel;
  readonly #constants = new Constants();
  readonly #classNames = new Names();
  /** By their text without the name. */
  readonly #classes = new Map<string, string>();
  readonly #made: string[] = [];
  readonly #calls = new Map<Layer, Call[]>();
  readonly #applied = new Map<Call, Applied>();
  readonly #streams = new Map<Layer, number>();
  readonly #readers = new Map<Value, Node[]>();
  readonly #results: ReadonlySet<Value>;
  #inOrder: ReadonlySet<Node> = new Set();

  constructor(model: TorchModel) {
    this.#model = model;
    const odd = [...model.parameters.keys(), ...model.states.keys()].find((path) =>
      segmentsOf(path).some((segment) => moduleAttributes.has(segment)),
    );
    if (odd !== undefined) throw new TorchCannot(`a module of PyTorch has no part called as in ${odd}`);
    this.#results = new Set(model.outputs.map(({ value }) => value));
  }

  file(): ModelFile {
    const { outputs, parameters, states, name } = this.#model;
    // In the order of their making a layer's nodes stand together.
    const made = [...nodesReaching(outputs.map(({ value }) => value))].sort((a, b) => firstId(a) - firstId(b));
    const { nodes, inOrder } = movedInPlace(made);
    this.#inOrder = inOrder;
    for (const node of nodes)
      for (const input of node.inputs)
        if (input !== undefined) this.#readers.set(input, [...(this.#readers.get(input) ?? []), node]);
    const root = layersOf([...parameters.keys(), ...states.keys()]);
    const whole = callsOf(nodes, root);
    this.#collect(whole);
    const rootName = this.#classNames.fresh(className(name, false));
    for (const child of root.children.values()) this.#constructorOf(child, undefined);
    const { text, applied } = this.#rootClass(root, whole, rootName);
    return {
      name: rootName,
      text: [...this.#made, text].join("\n\n\n"),
      constants: this.#constants,
      arguments: applied,
    };
  }

  #collect(applied: Call): void {
    this.#calls.set(applied.layer, [...(this.#calls.get(applied.layer) ?? []), applied]);
    for (const step of applied.steps) if (!("op" in step)) this.#collect(step);
  }

  /** `Block()`, having written its class; of a list all its modules. Streams of random numbers count from those of what holds it. */
  #constructorOf(layer: Layer, from: number | undefined): string {
    if (isList(layer)) return this.#listOf(layer, from);
    const calls = this.#calls.get(layer) ?? [];
    const plain = plainModule(layer, calls, this.#model.parameters);
    if (plain !== undefined) {
      for (const each of calls) this.#applied.set(each, { method: "forward", sizes: [], ...this.#ends(each) });
      return plain;
    }
    const body = this.#classBody(layer, calls);
    const known = this.#classes.get(body);
    const segment = layer.path.findLast((part) => !isIndex(part)) ?? "Layer";
    const name = known ?? this.#classNames.fresh(className(segment, isIndex(layer.path.at(-1) ?? "")));
    if (known === undefined) {
      this.#classes.set(body, name);
      this.#made.push(`class ${name}(nn.Module):\n${body}`);
    }
    return `${name}(${this.#streamText(layer, from)})`;
  }

  #listOf({ children }: Layer, from: number | undefined): string {
    const items = [...children.values()];
    const texts = items.map((child) => this.#constructorOf(child, from));
    const [first = ""] = texts;
    if (texts.length > 1 && texts.every((text) => text === first))
      return `nn.ModuleList(${first} for _ in range(${texts.length}))`;
    const firsts = items.map((child) => this.#firstStream(child));
    const step = (firsts[1] ?? 0) - (firsts[0] ?? 0);
    const steady = firsts.every((number, i) => number !== undefined && number === (firsts[0] ?? 0) + i * step);
    const names = new Set(texts.map((text) => text.slice(0, text.indexOf("("))));
    if (texts.length < 3 || !steady || names.size > 1) return listed("nn.ModuleList([", texts, "])").join("\n");
    const [name] = names;
    return `nn.ModuleList(${name}(${streamArgument(firsts[0] ?? 0, from)} + ${step} * i) for i in range(${texts.length}))`;
  }

  /** The first stream of random numbers that a layer, or what it holds, draws from. */
  #firstStream(layer: Layer): number | undefined {
    const known = this.#streams.get(layer);
    if (known !== undefined) return known;
    const drawn = (this.#calls.get(layer) ?? []).flatMap((each) => nodesIn(each).flatMap(streamOf));
    const first = drawn.length === 0 ? undefined : Math.min(...drawn);
    if (first !== undefined) this.#streams.set(layer, first);
    return first;
  }

  #streamText(layer: Layer, from: number | undefined): string {
    const first = this.#firstStream(layer);
    return first === undefined ? "" : streamArgument(first, from);
  }

  #classBody(layer: Layer, calls: readonly Call[]): string {
    const first = this.#firstStream(layer);
    const children = [...layer.children].map(([name, child]) => `self.${name} = ${this.#constructorOf(child, first)}`);
    const draws = calls.some(({ steps }) => steps.some((step) => "op" in step && streamOf(step).length > 0));
    const buffers = new Buffers(this.#constants);
    const methods = new Map<string, { readonly name: string; readonly text: string }>();
    for (const each of calls) {
      const ends = this.#ends(each);
      const { args, lines, sizes } = this.#method(each, ends, buffers);
      const key = [...args, ...lines].join("\n");
      const known = methods.get(key);
      const method = known?.name ?? (methods.size === 0 ? "forward" : `forward_${methods.size + 1}`);
      methods.set(key, { name: method, text: methodText(method, args, lines) });
      this.#applied.set(each, { ...ends, method, sizes });
    }
    const inits = [...(draws ? ["self.stream = stream"] : []), ...this.#ownLines(layer), ...buffers.lines, ...children];
    return [
      constructorOf(inits, first === undefined ? [] : ["stream"]),
      ...[...methods.values()].map(({ text }) => text),
    ].join("\n\n");
  }

  #ownLines(layer: Layer): readonly string[] {
    const { parameters, states } = this.#model;
    return [...layer.own].map(([name, path]) => {
      const shape = parameters.get(path);
      if (shape !== undefined) return `self.${name} = nn.Parameter(torch.empty(${shape.join(", ") || "()"}))`;
      const state = states.get(path);
      invariant(state !== undefined, `${path} is neither weight nor statistic`);
      return `self.register_buffer(${JSON.stringify(name)}, torch.full(${tuple(state.shape)}, ${pythonNumber(state.start)}))`;
    });
  }

  /** What a call reads from outside, apart from its own weights and constants, and what outside reads of it. */
  #ends(applied: Call): { readonly inputs: readonly Value[]; readonly outputs: readonly Value[] } {
    const nodes = nodesIn(applied);
    const inside = new Set(nodes);
    const made = madeIn(applied);
    const inputs = new Set<Value>();
    for (const { inputs: read } of nodes)
      for (const value of read)
        if (value !== undefined && !made.has(value) && !this.#holds(applied.layer, value)) inputs.add(value);
    const outputs = [...made].filter(
      (value) => this.#results.has(value) || (this.#readers.get(value) ?? []).some((node) => !inside.has(node)),
    );
    return { inputs: [...inputs], outputs };
  }

  #holds(layer: Layer, { source }: Value): boolean {
    if (source.kind === "constant") return true;
    if (source.kind !== "input" || (source.role !== "parameter" && source.role !== "state")) return false;
    const path = segmentsOf(source.name);
    return layer.path.every((segment, i) => path[i] === segment);
  }

  #method(
    applied: Call,
    { inputs, outputs }: { readonly inputs: readonly Value[]; readonly outputs: readonly Value[] },
    buffers: Buffers,
  ): { readonly args: readonly string[]; readonly lines: readonly string[]; readonly sizes: readonly string[] } {
    const text = this.#function(applied, outputs, buffers);
    const data = inputs.filter((value) => ownName(value) === undefined);
    const args = inputs.map((value) =>
      text.argument(value, ownName(value) ?? ["x", "y", "z"][data.indexOf(value)] ?? "x"),
    );
    this.#steps(text, applied, new Map());
    text.returns(outputs);
    const { lines, missing } = sizeLines(text.sizes, inputs, args);
    return { args: [...args, ...missing], lines: [...lines, ...text.lines], sizes: missing };
  }

  #function(applied: Call, results: readonly Value[], buffers: Buffers): FunctionText {
    const uses = new Map<Value, number>();
    const use = (value: Value | undefined) => {
      if (value !== undefined) uses.set(value, (uses.get(value) ?? 0) + 1);
    };
    for (const step of applied.steps) {
      if ("op" in step) step.inputs.forEach(use);
      else this.#appliedTo(step).inputs.forEach(use);
    }
    results.forEach(use);
    const { layer } = applied;
    return new FunctionText(
      {
        known: (value) => this.#weight(layer, value) ?? buffers.known(value),
        stream: (number) =>
          layer.path.length === 0 ? String(number) : streamArgument(number, this.#firstStream(layer), "self.stream"),
        acrossRanks,
        inOrder: (node) => this.#inOrder.has(node),
      },
      uses,
    );
  }

  #steps(text: FunctionText, applied: Call, wanted: ReadonlyMap<Value, string>): void {
    const { layer } = applied;
    for (const step of applied.steps) {
      if ("op" in step) text.node(step, wanted);
      else text.call(this.#moduleCall(layer, step), wanted);
    }
  }

  #moduleCall(layer: Layer, step: Call): ModuleCall {
    const { method, inputs, outputs, sizes } = this.#appliedTo(step);
    const module = relative(step.layer.path.slice(layer.path.length));
    const name = step.layer.path.findLast((part) => !isIndex(part)) ?? "h";
    const inOrder = nodesIn(step).some((node) => this.#inOrder.has(node));
    return { text: method === "forward" ? module : `${module}.${method}`, inputs, outputs, sizes, name, inOrder };
  }

  #appliedTo(step: Call): Applied {
    const applied = this.#applied.get(step);
    invariant(applied !== undefined, "a layer is written before what holds it");
    return applied;
  }

  #weight(layer: Layer, { source }: Value): Python | undefined {
    if (source.kind !== "input" || (source.role !== "parameter" && source.role !== "state")) return undefined;
    return atom(relative(segmentsOf(source.name).slice(layer.path.length)));
  }

  #rootClass(
    root: Layer,
    whole: Call,
    name: string,
  ): { readonly text: string; readonly applied: ModelFile["arguments"] } {
    const buffers = new Buffers(this.#constants);
    const { inputs } = this.#ends(whole);
    const { outputs, names } = this.#model;
    const text = this.#function(
      whole,
      outputs.map(({ value }) => value),
      buffers,
    );
    const args = inputs.map((value) => text.argument(value, value.source.kind === "input" ? value.source.name : "x"));
    this.#steps(text, whole, names);
    text.returnsNamed(outputs.map(({ name: output, value }) => [output, value]));
    const { lines, missing } = sizeLines(text.sizes, inputs, args);
    invariant(missing.length === 0, `no input tells ${missing.join(", ")}`);
    const children = [...root.children].map(
      ([child, layer]) => `self.${child} = ${this.#constructorOf(layer, undefined)}`,
    );
    const inits = [...this.#ownLines(root), ...buffers.lines, ...children];
    const body = [constructorOf(inits), methodText("forward", args, [...lines, ...text.lines])].join("\n\n");
    return {
      text: `class ${name}(nn.Module):\n${body}`,
      applied: inputs.map((value, i) => ({ name: args[i] ?? "", value })),
    };
  }
}

/** A stream of random numbers, counted from the first of the layer that it is written in. */
function streamArgument(number: number, from: number | undefined, name = "stream"): string {
  if (from === undefined) return String(number);
  return number === from ? name : `${name} + ${number - from}`;
}

/** What an argument is called wherever it goes; data are x, y and z. */
function ownName({ source }: Value): string | undefined {
  if (source.kind !== "input") return undefined;
  if (source.role === "parameter") return segmentsOf(source.name).at(-1);
  return source.role === "field" || source.role === "feature" ? undefined : source.name;
}

function streamOf({ attributes }: Node): readonly number[] {
  const { stream } = attributes;
  return typeof stream === "number" ? [stream] : [];
}

function methodText(name: string, args: readonly string[], lines: readonly string[]): string {
  return indented([...definition(name, args), ...lines.map((line) => `    ${line}`)]);
}

function relative(path: readonly string[]): string {
  return `self${path.map((part) => (isIndex(part) ? `[${part}]` : `.${part}`)).join("")}`;
}

function firstId({ outputs }: Node): number {
  return outputs[0]?.id ?? 0;
}
