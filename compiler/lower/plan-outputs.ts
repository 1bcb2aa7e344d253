/** What of a plan says what is written of it; part of the contract of `plan.ts`. */
import type { Graph } from "../ir/graph.ts";

export interface ExportPlan {
  /** An assembly's name, or a stage's label. */
  readonly of:
    | { readonly kind: "assembly"; readonly name: string }
    | { readonly kind: "stage"; readonly hash: string; readonly checkpoint?: string };
  readonly opset: number;
  /** Tensors of stages that the file gives beside the heads. */
  readonly include: readonly IncludedTensor[];
  /**
   * One inference graph for all members: images as float32 [batch, time, 3, height, width] in 0..1, or without time where no member
   * has a clip; outputs by task, and those of `include` by name. Parameters are inputs named `<weightsName>/<path>`, for the runtime to put in as constants.
   */
  graph(): ExportedGraph;
}

/** A graph in which networks of ONNX files are to stand: until then what is sent to them are outputs, and what they say inputs. */
export interface ExportedGraph extends Graph {
  readonly networks: readonly ExportedNetwork[];
}

export interface ExportedNetwork {
  /** Before the names of its tensors in the written file. */
  readonly prefix: string;
  /** As the spec names it. */
  readonly file: string;
  /** The output of the graph that is sent to it, float32 [n, c, h, w]. */
  readonly picture: string;
  /** Its tensors, undefined for the only output, by the inputs that stand for them, float32 [n, ..]. */
  readonly outputs: ReadonlyMap<string, string | undefined>;
}

/** A tensor of a finished stage, one value for each frame. */
export interface IncludedTensor {
  /** What the output is called: `<stage>.<tensor>`, of one of several checkpoints `<stage>[<checkpoint>].<tensor>`. */
  readonly name: string;
  /** The stage's hash. */
  readonly stage: string;
  readonly checkpoint?: string;
  /** The name in the stage's model. */
  readonly tensor: string;
  /** Sizes per frame. */
  readonly shape: readonly number[];
}

/** A challenge's file: an assembly's predictions of every frame of the test list of its data, in the list's order. */
export interface SubmissionPlan {
  /** The assembly's name. */
  readonly of: string;
  /** A path below the run's submissions. */
  readonly to: string;
  /** What stands for a frame whose picture could not be read. */
  readonly missing: "nearest" | "zero" | "error";
}
