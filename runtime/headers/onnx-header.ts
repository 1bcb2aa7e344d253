import type { PortHeader } from "../../compiler/check/file-header.ts";
import { type ExternalData, externalData } from "./external-data.ts";
import { type FileWindow, HeaderError } from "./file-window.ts";
import { refuseStart } from "./other-kind.ts";
import { type Part, ProtobufFields } from "./protobuf-fields.ts";

/** What a model says of itself (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); the numbers of the fields are those of its file. */
export interface OnnxHeader {
  readonly inputs: readonly PortHeader[];
  readonly outputs: readonly PortHeader[];
  /** Of ONNX's own operators. */
  readonly opset: number;
  /** What the nodes of its graph give, by name. */
  readonly inner: ReadonlyMap<string, PortHeader>;
  /** Of its operators that are neither ONNX's own nor defined in it, in order. */
  readonly domains: readonly string[];
  /** Names of ONNX's own operators in its graph and in those within it, in order. */
  readonly operators: readonly string[];
  /** How many numbers its weights are. */
  readonly weights: number;
  /** What it has of newer versions of the format, in words: `onnx-proto` would step over it. */
  readonly newer: string | undefined;
  /** Tensors whose numbers lie in other files: which file, beside this one, and which bytes of it. */
  readonly external: readonly ExternalData[];
}

/** The newest IR version that the engine loads. */
const newestIr = 13;
const deepest = 16;
const mostAxes = 64;

export function readOnnx(file: FileWindow): OnnxHeader {
  try {
    return new OnnxReader(file).model();
  } catch (problem) {
    // Without a mark at its start, what is not a model at all shows in its fields.
    if (problem instanceof HeaderError && file.size > 0 && file.start(1).readUInt8() !== 0x08)
      refuseStart(file, "a model of ONNX");
    throw problem;
  }
}

class OnnxReader {
  readonly #fields: ProtobufFields;
  readonly #size: number;
  readonly #external: ExternalData[] = [];
  /** Operators of other domains that nodes name, and those that the file defines, each as `domain/name`. */
  readonly #used = new Set<string>();
  readonly #defined = new Set<string>();
  /** ONNX's own operators in graphs: functions have opsets of their own. */
  readonly #operators = new Set<string>();
  #weights = 0;
  #newer: string | undefined;

  constructor(file: FileWindow) {
    this.#fields = new ProtobufFields(file);
    this.#size = file.size;
  }

  model(): OnnxHeader {
    let ir = 0;
    let opset: number | undefined;
    let graph: Part | undefined;
    for (const field of this.#fields.of({ from: 0, to: this.#size })) {
      if (field.number === 1) ir = field.value;
      if (field.number === 7 && graph !== undefined) throw new HeaderError("it has two graphs");
      if (field.number === 7) graph = field;
      if (field.number === 8) opset = this.#opset(field) ?? opset;
      if (field.number === 25) this.#function(field);
    }
    if (ir === 0 || graph === undefined || opset === undefined)
      throw new HeaderError("it is not a model of ONNX: its version, its graph or its operators are missing");
    if (ir > newestIr) throw new HeaderError(`its IR version is ${ir}; up to ${newestIr} are known`);
    const ports = this.#graph(graph, 0);
    const domains = [...this.#used].filter((name) => !this.#defined.has(name)).map((name) => name.split("/")[0] ?? "");
    return {
      ...ports,
      opset,
      domains: [...new Set(domains)].sort(),
      operators: [...this.#operators].sort(),
      weights: this.#weights,
      newer: this.#newer,
      external: this.#external,
    };
  }

  /** An operator that the file defines by others. */
  #function(part: Part): void {
    let name = "";
    let domain = "";
    for (const field of this.#fields.of(part)) {
      if (field.number === 1) name = this.#fields.text(field);
      if (field.number === 7) this.#node(field, 0, true);
      if (field.number === 10) domain = this.#fields.text(field);
      if (field.number === 11) this.#newer = "defines an operator whose arguments have values of their own";
      if (field.number === 13) this.#newer = "defines an operator twice";
    }
    this.#defined.add(`${domain}/${name}`);
  }

  #opset(part: Part): number | undefined {
    let domain = "";
    let version: number | undefined;
    for (const field of this.#fields.of(part)) {
      if (field.number === 1) domain = this.#fields.text(field);
      if (field.number === 2) version = field.value;
    }
    return domain === "" || domain === "ai.onnx" ? version : undefined;
  }

  /** Inputs without those that are weights: older models list both. */
  #graph(part: Part, depth: number): Pick<OnnxHeader, "inputs" | "outputs" | "inner"> {
    if (depth > deepest) throw new HeaderError(`its graphs stand in one another more than ${deepest} deep`);
    const inputs: PortHeader[] = [];
    const outputs: PortHeader[] = [];
    const weights = new Set<string>();
    const made: string[] = [];
    const described = new Map<string, PortHeader>();
    for (const field of this.#fields.of(part)) {
      if (field.number === 1) made.push(...this.#node(field, depth));
      if (field.number === 5) weights.add(this.#tensor(field));
      if (field.number === 11) inputs.push(this.#port(field));
      if (field.number === 12) outputs.push(this.#port(field));
      if (field.number === 13) {
        const port = this.#port(field);
        described.set(port.name, port);
      }
      if (field.number === 15) this.#sparse(field);
    }
    // What a graph gives has its sizes there.
    for (const port of outputs) described.set(port.name, port);
    const inner = new Map(
      made.map((name) => [name, described.get(name) ?? { name, type: "unknown", shape: undefined }]),
    );
    return { inputs: inputs.filter(({ name }) => !weights.has(name)), outputs, inner };
  }

  /** Names of what it gives. */
  #node(part: Part, depth: number, inFunction = false): readonly string[] {
    const outputs: string[] = [];
    let type = "";
    let domain = "";
    for (const each of this.#fields.of(part)) {
      if (each.number === 2) outputs.push(this.#fields.text(each));
      if (each.number === 4) type = this.#fields.text(each);
      if (each.number === 7) domain = this.#fields.text(each);
      if (each.number === 8 && each.from < each.to) this.#newer = "defines an operator twice";
      if (each.number !== 5) continue;
      for (const field of this.#fields.of(each)) {
        if (field.number === 5 || field.number === 10) this.#tensor(field);
        if (field.number === 6 || field.number === 11) this.#graph(field, depth + 1);
        if (field.number === 22 || field.number === 23) this.#sparse(field);
      }
    }
    if (domain === "" || domain === "ai.onnx") {
      if (!inFunction) this.#operators.add(type);
    } else this.#used.add(`${domain}/${type}`);
    // One that is not wanted has no name.
    return outputs.filter((name) => name !== "");
  }

  #sparse(part: Part): void {
    for (const field of this.#fields.of(part)) if (field.number === 1 || field.number === 2) this.#tensor(field);
  }

  /** Its name; where its numbers lie elsewhere, notes that. The numbers themselves are stepped over. */
  #tensor(part: Part): string {
    let name = "";
    const entries = new Map<string, string>();
    let count = 1;
    let type = 0;
    let isElsewhere = false;
    for (const field of this.#fields.of(part)) {
      if (field.number === 1) for (const size of this.#fields.integers(field)) count *= size;
      if (field.number === 2) type = field.value;
      if (field.number === 8) name = this.#fields.text(field);
      if (field.number === 13) entries.set(...this.#fields.entry(field));
      // DataLocation.EXTERNAL.
      if (field.number === 14) isElsewhere = field.value === 1;
    }
    if (elementTypes[type]?.includes("float") === true) this.#weights += count;
    if (isElsewhere || entries.has("location")) this.#external.push(externalData(name, type, count, entries));
    return name;
  }

  #port(part: Part): PortHeader {
    let name = "";
    let type = "unknown";
    let shape: readonly (number | string)[] | undefined;
    for (const field of this.#fields.of(part)) {
      if (field.number === 1) name = this.#fields.text(field);
      if (field.number !== 2) continue;
      for (const kind of this.#fields.of(field)) {
        // A tensor; sequences, maps and the rest have other numbers.
        if (kind.number !== 1) type = "no tensor";
        else
          for (const each of this.#fields.of(kind)) {
            if (each.number === 1) type = elementTypes[each.value] ?? `type ${each.value}`;
            if (each.number === 2) shape = this.#shape(each);
          }
      }
    }
    return { name, type, shape };
  }

  #shape(part: Part): readonly (number | string)[] {
    const dimensions = [...this.#fields.of(part)];
    if (dimensions.length > mostAxes) throw new HeaderError(`what it takes or gives has ${dimensions.length} axes`);
    return dimensions.map((dimension) => {
      let size: number | string = "?";
      for (const field of this.#fields.of(dimension)) {
        // A size below 0, which some exporters write for one that is free, is beyond these as a varint.
        if (field.number === 1) size = field.value < 2 ** 63 ? field.value : "?";
        if (field.number === 2) size = this.#fields.text(field);
      }
      return size;
    });
  }
}

/** Names of TensorProto.DataType. */
const elementTypes: Readonly<Record<number, string>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  8: "string",
  9: "bool",
  10: "float16",
  11: "float64",
  16: "bfloat16",
};
