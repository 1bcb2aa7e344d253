import type { GraphBuilder } from "../ir/builder.ts";
import { type Dim, printShape } from "../ir/dim.ts";
import type { Attributes, Node, TensorData, TensorType, Value } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import { entriesOf } from "./flops.ts";
import type { Emitted, OnnxWriter } from "./onnx-writer.ts";
import { ConstraintFailure, type Op, type Purpose } from "./op.ts";
import type { Sample } from "./sample.ts";
import type { TfjsKit, TfjsTensor } from "./tfjs-kit.ts";
import type { Python, PythonInput, TorchWriter } from "./torch-text.ts";

/** Says that no gradient flows to an input, on purpose. */
export const noGradient = undefined;

/** Inputs by name: those required, then those that may be absent. */
export type Named<I extends string, P extends string, T> = { readonly [K in I]: T } & {
  readonly [K in P]: T | undefined;
};

/** Stops a shape rule unless the condition holds; `actual` says what was found. */
export type Require<C extends string> = (label: C, condition: boolean, actual?: () => string) => void;

export interface OpSpec<I extends string, P extends string, O extends string, C extends string, A extends Attributes> {
  readonly name: string;
  readonly summary: string;
  readonly inputs: readonly I[];
  readonly optional?: readonly P[];
  readonly outputs: readonly O[];
  readonly constraints: Readonly<Record<C, string>>;
  infer(inputs: Named<I, P, TensorType>, attributes: A, require: Require<C>): { readonly [K in O]: TensorType };
  readonly gradient: GradientRule<I, P, O, A> | undefined;
  readonly expand?:
    | ((g: GraphBuilder, inputs: Named<I, P, Value>, attributes: A) => { readonly [K in O]: Value })
    | undefined;
  /** The same in smaller ops where they run faster than the op for that purpose; undefined where they do not. */
  readonly faster?: (
    g: GraphBuilder,
    inputs: Named<I, P, Value>,
    attributes: A,
    purpose: Purpose,
  ) => { readonly [K in O]: Value } | undefined;
  readonly evaluation?: (g: GraphBuilder, inputs: Named<I, P, Value>, attributes: A) => { readonly [K in O]: Value };
  readonly onnx?: OnnxRule<I, P, O, A>;
  /** What stands for `onnx` where onnxruntime's WebGPU provider has no kernel for it, or one that rounds too much. */
  readonly webgpu?: OnnxRule<I, P, O, A> | "expand" | undefined;
  /** The outputs that the ONNX rule gives, if not all. */
  readonly onnxOutputs?: readonly O[];
  readonly tfjs?: <T extends TfjsTensor>(
    k: TfjsKit<T>,
    inputs: Named<I, P, T>,
    attributes: A,
    node: Node,
  ) => { readonly [K in O]: T };
  /** Its PyTorch expression; several outputs are a tuple. */
  readonly torch?: (w: TorchWriter, inputs: Named<I, P, PythonInput>, attributes: A, node: Node) => Python;
  readonly fold?: (inputs: readonly TensorData[], attributes: A, node: Node) => TensorData;
  /** How many floating-point operations it takes; without this rule, one for each entry of its first output. */
  readonly flops?: (inputs: Named<I, P, TensorType>, outputs: { readonly [K in O]: TensorType }, attributes: A) => Dim;
  readonly samples: readonly Sample[];
  readonly rejects: Readonly<Record<C, Sample>>;
}

export type OnnxRule<I extends string, P extends string, O extends string, A> = (
  w: OnnxWriter,
  inputs: Named<I, P, Emitted>,
  attributes: A,
  node: Node,
) => { readonly [K in O]?: string };

export type GradientRule<I extends string, P extends string, O extends string, A> = (
  g: GraphBuilder,
  rule: {
    readonly inputs: Named<I, P, Value>;
    readonly outputs: { readonly [K in O]: Value };
    /** The cotangent of each output; undefined is zero. At least one is there. */
    readonly d: { readonly [K in O]: Value | undefined };
    readonly attributes: A;
  },
) => { readonly [K in I | P]: Value | undefined };

/** Defines an op. Leaving out an input's gradient, or a constraint's rejected sample, does not compile. */
export function defineOp<
  const I extends string,
  const O extends string,
  C extends string,
  A extends Attributes = Attributes,
  const P extends string = never,
>(spec: OpSpec<I, P, O, C, A>): Op {
  const names: readonly (I | P)[] = [...spec.inputs, ...(spec.optional ?? [])];
  // The registry forgets type parameters; here they are given back, from the same declaration they came from.
  const named = <T>(values: readonly (T | undefined)[]) =>
    Object.fromEntries(names.map((name, i) => [name, values[i]])) as Named<I, P, T>;
  const outputs = <T>(values: readonly T[]) =>
    Object.fromEntries(spec.outputs.map((name, i) => [name, values[i]])) as { [K in O]: T };
  const typed = (attributes: Attributes) => attributes as A;
  const listed = <T>(values: { readonly [K in O]?: T }) =>
    spec.outputs.map((name) => {
      const value = values[name];
      invariant(value !== undefined, `${spec.name} did not give its output ${name}`);
      return value;
    });
  const written =
    (rule: OnnxRule<I, P, O, A>): NonNullable<Op["onnx"]> =>
    (w, inputs, node) => {
      const given = rule(w, named(inputs), typed(node.attributes), node);
      return spec.outputs.map((name) => given[name] ?? "");
    };
  const { gradient, expand, faster, evaluation, onnx, webgpu, tfjs, torch, fold, flops } = spec;
  return {
    name: spec.name,
    summary: spec.summary,
    inputs: names,
    required: spec.inputs.length,
    variadic: false,
    outputs: spec.outputs,
    constraints: spec.constraints,
    infer: (types, attributes) => {
      checkCount(spec.name, spec.inputs, types);
      return listed(spec.infer(named(types), typed(attributes), requirement(spec.name, spec.constraints, types)));
    },
    gradient:
      gradient &&
      ((g, node, dy) => {
        const given: Readonly<Record<string, Value | undefined>> = gradient(g, {
          inputs: named(node.inputs),
          outputs: outputs(node.outputs),
          d: outputs(dy),
          attributes: typed(node.attributes),
        });
        return names.map((name) => given[name]);
      }),
    expand: expand && ((g, inputs, attributes) => listed(expand(g, named(inputs), typed(attributes)))),
    faster:
      faster &&
      ((g, inputs, attributes, purpose) => {
        const given = faster(g, named(inputs), typed(attributes), purpose);
        return given && listed(given);
      }),
    evaluation: evaluation && ((g, inputs, attributes) => listed(evaluation(g, named(inputs), typed(attributes)))),
    onnx: onnx && written(onnx),
    webgpu: webgpu === undefined || webgpu === "expand" ? webgpu : written(webgpu),
    onnxGives: (used) =>
      spec.onnxOutputs === undefined ||
      [...used].every((i) => spec.onnxOutputs?.some((name) => name === spec.outputs[i])),
    tfjs: tfjs && ((k, inputs, node) => listed(tfjs(k, named(inputs), typed(node.attributes), node))),
    torch: torch && ((w, inputs, node) => torch(w, named(inputs), typed(node.attributes), node)),
    flops: (inputs, given, attributes) => {
      const [first] = given;
      if (flops !== undefined) return flops(named(inputs), outputs(given), typed(attributes));
      return first === undefined ? 0 : entriesOf(first);
    },
    fold: fold && ((inputs, node) => fold(inputs, typed(node.attributes), node)),
    samples: spec.samples,
    rejects: spec.rejects,
  };
}

export function requirement(
  op: string,
  constraints: Readonly<Record<string, string>>,
  types: readonly (TensorType | undefined)[],
): Require<string> {
  return (label, condition, actual) => {
    if (condition) return;
    const found =
      actual?.() ?? types.map((type) => (type === undefined ? "nothing" : describeType(type))).join(" and ");
    throw new ConstraintFailure(op, label, constraints[label] ?? label, actual === undefined ? `got ${found}` : found);
  };
}

export function checkCount(op: string, required: readonly string[], given: readonly unknown[]): void {
  required.forEach((name, i) => {
    invariant(given[i] !== undefined, `${op} was built without its input ${name}`);
  });
}

function describeType(type: TensorType): string {
  return `${type.dtype === "float32" ? "" : type.dtype}${printShape(type.shape)}`;
}
