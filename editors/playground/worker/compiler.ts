/** The compiler in a worker. */
import { formatSource } from "../../../compiler/format/index.ts";
import { type CompilerCalls, mainFile } from "../protocol.ts";
import { check } from "./check.ts";
import { draw } from "./draw.ts";
import { onnx } from "./onnx.ts";
import { resolved } from "./resolved.ts";
import { serve } from "./serve.ts";

serve<CompilerCalls>({
  check,
  draw,
  onnx,
  resolved,
  format: ({ text }) => formatSource({ name: mainFile, text }).text,
});
