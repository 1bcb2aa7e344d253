/** What a file is opened as: what a spec says it is, whatever its name ends with. */
export type FileFormat = "weights" | "onnx" | "npy" | "npz" | "hdf5" | "safetensors" | "annotations";

/** Numbers in a file: their sizes, and the file's own name for their type. */
export interface ArrayHeader {
  readonly shape: readonly number[];
  readonly type: string;
  /** Whether they are numbers, not texts or objects. */
  readonly numeric: boolean;
}

/** An input or output of an ONNX graph; a size without a number is the name of one, or nothing. Undefined where the file does not say it. */
export interface PortHeader {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[] | undefined;
}

/** Weights: sizes by name. */
export interface TensorsHeader {
  readonly kind: "tensors";
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Dictionaries of the file around them, such as `model`; their names stand before those of the tensors. */
  readonly boxes: readonly string[];
  /** Tables of positions that are the fixed ones of `sincos2d`, with a row of zeros before. */
  readonly fixed: ReadonlySet<string>;
}

/** What can be known of a file without reading its numbers. */
export type FileHeader =
  | { readonly kind: "absent" }
  /** It is there, and what is inside is not known from here. */
  | { readonly kind: "unread"; readonly reason: string }
  /** It is there, and cannot be what it is opened as: another kind of file (`is`, if that is known), cut off, or not to be trusted. */
  | {
      readonly kind: "broken";
      readonly reason: string;
      readonly is?: FileFormat | undefined;
      readonly repair?: string | undefined;
    }
  /** Weights. */
  | TensorsHeader
  /** Stored features: arrays by name. Of a file with one for each frame, it is the first. */
  | { readonly kind: "arrays"; readonly arrays: ReadonlyMap<string, ArrayHeader> }
  /** Annotations: the videos that it has rows of. */
  | { readonly kind: "videos"; readonly names: readonly string[] }
  | {
      readonly kind: "network";
      readonly inputs: readonly PortHeader[];
      readonly outputs: readonly PortHeader[];
      readonly opset: number;
      /** Tensors between its nodes, by name: each may be read. */
      readonly inner: ReadonlyMap<string, PortHeader>;
      /** Of its operators that are neither ONNX's own nor defined in it, in order. */
      readonly domains: readonly string[];
      /** Names of ONNX's own operators in its graph and in those within it, in order. */
      readonly operators: readonly string[];
      /** How many numbers its weights are. */
      readonly weights: number;
    };

/** Looks at a file; `root` is the folder that its path begins in, where that is not the one that abaw runs in. */
export type Inspect = (path: string, format: FileFormat, root?: string) => FileHeader;
