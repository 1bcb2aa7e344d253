/** The compiler in a worker. */
import { completionsAt, definitionsAt, hoverAt } from "../../../compiler/edit/index.ts";
import { formatSource } from "../../../compiler/format/index.ts";
import { type CompilerCalls, mainFile } from "../protocol.ts";
import { check, placeOf } from "./check.ts";
import { draw } from "./draw.ts";
import { onnx } from "./onnx.ts";
import { resolved } from "./resolved.ts";
import { serve } from "./serve.ts";
import { edited } from "./workspace.ts";

serve<CompilerCalls>({
  check,
  complete: ({ text, offset }) => completionsAt(edited(text), offset),
  define: ({ text, offset }) => definitionsAt(edited(text), offset).map(placeOf),
  hover: ({ text, offset }) => hoverAt(edited(text), offset),
  draw,
  onnx,
  resolved,
  format: ({ text }) => formatSource({ name: mainFile, text }).text,
});
