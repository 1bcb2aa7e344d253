import { symbolsOf } from "../../ir/dim.ts";
import { type GraphOutput, inputsOf, type Value } from "../../ir/graph.ts";
import type { FileConstant } from "./constants.ts";
import { lossFile, readByLoss } from "./loss-file.ts";
import { modelFile, type TorchModel } from "./model-file.ts";
import { identifier, Names } from "./names.ts";
import { listed } from "./text.ts";
import { torchName } from "./torch-name.ts";

/** A stage's forward pass, as PyTorch text is made of it. */
export interface TorchStage extends Pick<TorchModel, "parameters" | "states" | "names"> {
  /** Paths of the layers that are computed again for the backward pass. */
  readonly recomputed: ReadonlySet<string>;
  /** What a person calls the stage. */
  readonly label: string;
  /** What the class of the model is called. */
  readonly model: string;
  /** Logits by task. */
  readonly heads: readonly GraphOutput[];
  readonly terms: readonly GraphOutput[];
}

export interface TorchText {
  /** `model.py`: the classes `Model` and `Loss`, and what they read, by the graph's names. */
  readonly text: string;
  /** Tensors that are too large for text. */
  readonly constants: ReadonlyMap<string, FileConstant>;
}

const helpers = {
  functional: [
    "batch_norm",
    "batch_norm_fixed",
    "dropout",
    "gru",
    "lstm",
    "pack_rows",
    "reverse_gradient",
    "scatter_rows",
    "uniform",
  ],
  layers: ["Conv1d", "Conv2d", "GRU", "LSTM"],
  checkpoints: ["constant"],
} as const;

/** The model and the loss of a stage as one Python file, for the modules that stand beside it. */
export function torchText(stage: TorchStage): TorchText {
  const { heads, terms } = stage;
  const outputs = [...heads, ...otherOutputs(stage, heads, readByLoss(terms))];
  const model = modelFile({ ...stage, name: stage.model, outputs });
  const byValue = new Map(outputs.map(({ name, value }) => [value, name]));
  const loss = terms.length === 0 ? undefined : lossFile(terms, byValue, model.constants);
  const classes = [model.text, ...(loss === undefined ? [] : [loss])].join("\n\n\n");
  const read = model.arguments.map(({ value }) => (value.source.kind === "input" ? value.source.name : ""));
  const text = `"""The model and the loss of the stage

    ${stage.label}

written by \`abaw compile --target torch\`: change the spec, not this.
"""

${importsOf(classes)}

# What the model takes, in order, by the names of abaw's graphs.
${listed(
  "ARGUMENTS = [",
  read.map((name) => JSON.stringify(name)),
  "]",
).join("\n")}


# What has the batch as its first axis.
BATCHED = frozenset(${listed("{", batched(outputs, terms), "}").join("\n")})


# Layers that are computed again for the backward pass, to need less memory.
${listed(
  "RECOMPUTED = [",
  [...stage.recomputed].map((path) => JSON.stringify(torchName(path))),
  "]",
).join("\n")}


${classes}


Model = ${model.name}
`;
  return { text, constants: model.constants.inFile };
}

function batched(outputs: readonly GraphOutput[], terms: readonly GraphOutput[]): readonly string[] {
  const inputs = inputsOf({ name: "forward", outputs: [...outputs, ...terms] });
  return inputs.flatMap(({ type, source }) =>
    symbolsOf(type.shape[0] ?? 1).includes("batch") ? [JSON.stringify(source.name)] : [],
  );
}

function otherOutputs(
  { names }: TorchStage,
  heads: readonly GraphOutput[],
  read: readonly Value[],
): readonly GraphOutput[] {
  const known = new Set(heads.map(({ value }) => value));
  const given = new Names();
  for (const { name } of heads) given.fresh(name);
  return read.flatMap((value) =>
    known.has(value) ? [] : [{ name: given.fresh(identifier(names.get(value) ?? "value")), value }],
  );
}

function importsOf(classes: string): string {
  const has = (name: string) => new RegExp(`(?<![.\\w])${name}\\(`).test(classes);
  const own = Object.entries(helpers).flatMap(([module, all]) => {
    const used = all.filter(has);
    return used.length === 0 ? [] : [`from ${module} import ${used.join(", ")}`];
  });
  return [
    "import torch",
    ...(classes.includes("F.") ? ["import torch.nn.functional as F"] : []),
    "from torch import nn",
    "",
    ...(classes.includes("ranks.") ? ["import ranks"] : []),
    ...own.sort(),
  ].join("\n");
}
