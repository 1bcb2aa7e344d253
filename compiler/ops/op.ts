import type { GraphBuilder } from "../ir/builder.ts";
import type { Dim } from "../ir/dim.ts";
import type { Attributes, Node, TensorData, TensorType, Value } from "../ir/graph.ts";
import type { Emitted, OnnxWriter } from "./onnx-writer.ts";
import type { Sample } from "./sample.ts";
import type { TfjsRule } from "./tfjs-kit.ts";
import type { Python, PythonInput, TorchWriter } from "./torch-text.ts";

/** What a graph is made for: in a training all outputs are differentiated. */
export type Purpose = "training" | "inference";

/** An op as the rest of the compiler sees it: names and type parameters forgotten, everything by position. */
export interface Op {
  readonly name: string;
  readonly summary: string;
  readonly inputs: readonly string[];
  /** How many of `inputs`, from the front, must be given; the last may repeat if `variadic`. */
  readonly required: number;
  readonly variadic: boolean;
  readonly outputs: readonly string[];
  readonly constraints: Readonly<Record<string, string>>;
  infer(inputs: readonly (TensorType | undefined)[], attributes: Attributes): readonly TensorType[];
  /** The inputs' cotangents from the outputs' (undefined: zero); undefined where the op has none. */
  readonly gradient:
    | ((g: GraphBuilder, node: Node, dy: readonly (Value | undefined)[]) => readonly (Value | undefined)[])
    | undefined;
  /** The same in smaller ops. */
  readonly expand:
    | ((g: GraphBuilder, inputs: readonly (Value | undefined)[], attributes: Attributes) => readonly Value[])
    | undefined;
  /** The same in smaller ops where they run faster than the op for that purpose; undefined where they do not. */
  readonly faster:
    | ((
        g: GraphBuilder,
        inputs: readonly (Value | undefined)[],
        attributes: Attributes,
        purpose: Purpose,
      ) => readonly Value[] | undefined)
    | undefined;
  /** What it is in evaluation, where that differs from training. */
  readonly evaluation:
    | ((g: GraphBuilder, inputs: readonly (Value | undefined)[], attributes: Attributes) => readonly Value[])
    | undefined;
  /** Its ONNX nodes; undefined if it must be expanded first. */
  readonly onnx:
    | ((w: OnnxWriter, inputs: readonly (Emitted | undefined)[], node: Node) => readonly string[])
    | undefined;
  /**
   * What stands for the ONNX rule on onnxruntime's WebGPU provider where that has no kernel for a node, or one that rounds too
   * much: other nodes, or the op in smaller ops.
   */
  readonly webgpu:
    | ((w: OnnxWriter, inputs: readonly (Emitted | undefined)[], node: Node) => readonly string[])
    | "expand"
    | undefined;
  /** Whether the ONNX rule can give these outputs (indices of those used). */
  readonly onnxGives: (usedOutputs: ReadonlySet<number>) => boolean;
  /** Its TensorFlow.js kernels; undefined if it must be expanded first. */
  readonly tfjs: TfjsRule | undefined;
  /** Its PyTorch expression, several outputs as a tuple; undefined if it must be expanded first or stands in no forward pass. */
  readonly torch: ((w: TorchWriter, inputs: readonly (PythonInput | undefined)[], node: Node) => Python) | undefined;
  /** How many floating-point operations it takes (`flops.ts` says what is counted). */
  readonly flops: (
    inputs: readonly (TensorType | undefined)[],
    outputs: readonly TensorType[],
    attributes: Attributes,
  ) => Dim;
  /** Its value on constants. */
  readonly fold: ((inputs: readonly TensorData[], node: Node) => TensorData) | undefined;
  readonly samples: readonly Sample[];
  readonly rejects: Readonly<Record<string, Sample>>;
}

/** Thrown by a shape rule; the checker turns it into a message at the call, elsewhere it is our mistake. */
export class ConstraintFailure extends Error {
  readonly op: string;
  readonly label: string;
  readonly constraint: string;
  readonly actual: string;

  constructor(op: string, label: string, constraint: string, actual: string) {
    super(`${op} needs ${constraint} (${label}), but ${actual}`);
    this.name = "ConstraintFailure";
    this.op = op;
    this.label = label;
    this.constraint = constraint;
    this.actual = actual;
  }
}
