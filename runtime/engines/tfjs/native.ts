import type { DataType, Tensor } from "@tensorflow/tfjs-core";

interface NativeAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string;
}

/** The part of tfjs-node's backend that runs any op of TensorFlow by name. */
export interface NativeBackend {
  readonly binding: Readonly<Record<"TF_ATTR_BOOL" | "TF_ATTR_TYPE" | "TF_FLOAT" | "TF_INT32" | "TF_BOOL", number>>;
  executeSingleOutput(name: string, attributes: readonly NativeAttribute[], inputs: readonly Tensor[]): Tensor;
}

/** The backend as native TensorFlow; undefined if it is another. */
export function nativeBackend(backend: object): NativeBackend | undefined {
  return isNative(backend) ? backend : undefined;
}

function isNative(backend: object): backend is NativeBackend {
  return "binding" in backend && "executeSingleOutput" in backend;
}

/** An attribute that says a type. */
export function typeAttribute({ binding }: NativeBackend, name: string, dtype: DataType): NativeAttribute {
  const value = dtype === "float32" ? binding.TF_FLOAT : dtype === "int32" ? binding.TF_INT32 : binding.TF_BOOL;
  return { name, type: binding.TF_ATTR_TYPE, value };
}

/** An attribute that is true or false. */
export function truthAttribute({ binding }: NativeBackend, name: string, value: boolean): NativeAttribute {
  return { name, type: binding.TF_ATTR_BOOL, value };
}
