import type { NameMap, NameRule } from "./name-map.ts";
import { rule } from "./transformers.ts";

/** https://github.com/pytorch/vision: the names of the library's modules. */
const torchvision: NameMap = { doc: "torchvision", rules: [] };

/** https://github.com/deepinsight/insightface: the names of the library's modules. */
const insightface: NameMap = { doc: "InsightFace's recognition networks in PyTorch", rules: [] };

/** The mixed feature network's layers in the order in which the whole network numbers them; some are blocks in a row. */
const mixedLayers = [
  "conv1",
  "conv2_dw",
  "conv_23",
  "conv_3",
  "conv_34",
  "conv_4",
  "conv_45",
  "conv_5",
  "conv_6_sep",
] as const;

const inRow = ["conv_3", "conv_4", "conv_5"] as const;

/** https://github.com/SainingZhang/DDAMFN: the whole network, or the mixed feature network alone. */
const ddamfn: NameMap = {
  doc: "DDAMFN and its mixed feature network",
  rules: [
    ...mixedLayers.flatMap((layer, i) => [
      rule(`trunk.${layer}[{k}].{rest}`, [`features.${i}.model.{k}.{rest}`]),
      rule(`trunk.${layer}.{rest}`, [`features.${i}.{rest}`]),
    ]),
    ...inRow.map((layer) => rule(`${layer}[{k}].{rest}`, [`${layer}.model.{k}.{rest}`])),
    rule("cat_head[{k}].{rest}", ["cat_head{k}.CoordAtt.{rest}"]),
  ],
};

const stages = [1, 2, 3, 4] as const;
/** RegNetY-128GF has 27 blocks in all. */
const mostBlocks = 32;

/** https://github.com/huggingface/pytorch-image-models: EfficientNet, ConvNeXt, RegNet, MobileViT. */
export const timmConvolutions: readonly NameRule[] = [
  rule("head_{rest}", ["head.{rest}"]),
  ...stages.flatMap((stage) =>
    Array.from({ length: mostBlocks }, (_, block) =>
      rule(`s${stage}[${block}].{rest}`, [`s${stage}.b${block + 1}.{rest}`]),
    ),
  ),
];

export const convolutions = { torchvision, insightface, ddamfn } as const;
