import type { NameMap } from "./name-maps.ts";

/** What public files call the encoders of specs/std otherwise than their paths say, in order; the rest has the same names. */
const differing = {
  // VGG and ResNet.
  torchvision: [],
  // EfficientNet, ConvNeXt, RegNet, MobileViT.
  timm: [
    [/^head_/, () => "head."],
    [/^s(\d)\[(\d+)\]/, (_: string, stage = "", block = "") => `s${stage}.b${Number(block) + 1}`],
  ],
  // IResNet and MobileFaceNet.
  insightface: [],
  // Of the whole network, or of the mixed feature network alone.
  ddamfn: [
    [/^trunk\.(\w+)/, (_: string, layer = "") => `features.${mixedLayers.indexOf(layer)}`],
    [/^(features\.\d|conv_\d)(?=\[)/, (_: string, layer = "") => `${layer}.model`],
    [/^cat_head\[(\d+)\]/, (_: string, head = "") => `cat_head${head}.CoordAtt`],
  ],
} satisfies Readonly<Record<string, readonly Rule[]>>;

type Rule = readonly [pattern: RegExp, name: (...match: readonly string[]) => string];

/** The mixed feature network's layers in the order in which the whole network numbers them. */
const mixedLayers: readonly string[] = [
  "conv1",
  "conv2_dw",
  "conv_23",
  "conv_3",
  "conv_34",
  "conv_4",
  "conv_45",
  "conv_5",
  "conv_6_sep",
];

const mapOf =
  (rules: readonly Rule[]): NameMap =>
  (path) => {
    const renamed = rules.reduce((name, [pattern, to]) => name.replace(pattern, to), path);
    return { tensor: renamed.replace(/\[(\d+)\]/g, ".$1") };
  };

/** Names of convolutional encoders in the files of their makers. */
export const convolutionalNames: { readonly [family in keyof typeof differing]: NameMap } = {
  torchvision: mapOf(differing.torchvision),
  timm: mapOf(differing.timm),
  insightface: mapOf(differing.insightface),
  ddamfn: mapOf(differing.ddamfn),
};
