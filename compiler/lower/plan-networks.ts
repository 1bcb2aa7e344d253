/** What of a plan says which networks of ONNX files are run; part of the contract of `plan.ts`. */

/** A network of an ONNX file, frozen: run once on each un-augmented frame, its outputs constants for the stage that reads them. */
export interface NetworkUse {
  /** Of its layer. */
  readonly path: string;
  /** As the spec names it. */
  readonly file: string;
  /** A digest of the graph that makes what is sent to it. */
  readonly made: string;
  readonly outputs: readonly {
    /** The graph input's name. */
    readonly input: string;
    /** The file's name for it; absent for its only output. */
    readonly output?: string;
    /** Sizes per frame. */
    readonly shape: readonly number[];
  }[];
}
