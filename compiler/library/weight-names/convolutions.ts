import type { NameMap, NameRule } from "./name-map.ts";
import { rule } from "./transformers.ts";

/** Where VGG16's convolutions stand among torchvision's `features`, by the parts of `vgg16`: between them are activations and poolings. */
const vggConvolutions = [
  [0, 2],
  [5, 7],
  [10, 12, 14],
  [17, 19, 21],
  [24, 26, 28],
] as const;

const vgg: readonly NameRule[] = [
  ...vggConvolutions.flatMap((part, i) =>
    part.map((place, j) => rule(`convs[${i}].layers[${j}].conv.{rest}`, [`features.${place}.{rest}`])),
  ),
  rule("fc6.{rest}", ["classifier.0.{rest}"]),
  rule("fc7.{rest}", ["classifier.3.{rest}"]),
];

/** https://github.com/pytorch/vision: VGG16; ResNets and others have the names of the library's modules. */
const torchvision: NameMap = { doc: "torchvision", rules: vgg };

/** https://github.com/deepinsight/insightface: the names of the library's modules. */
const insightface: NameMap = { doc: "InsightFace's recognition networks in PyTorch", rules: [] };

/** What files call the mixed blocks of DDAMFN, in their order: alone, or so many in a row. */
const mixedBlocks: readonly (readonly [name: string, count: number | undefined])[] = [
  ["conv_23", undefined],
  ["conv_3", 9],
  ["conv_34", undefined],
  ["conv_4", 16],
  ["conv_45", undefined],
  ["conv_5", 6],
];

const mixedNames = mixedBlocks.flatMap(([name, count]) =>
  count === undefined ? [name] : Array.from({ length: count }, (_, i) => `${name}.model.${i}`),
);

/** A convolution with its norm, and its activation if it has one. */
const convolution = (ours: string, theirs: string): readonly NameRule[] => [
  rule(`${ours}.y.conv.{rest}`, [`${theirs}.conv.{rest}`]),
  rule(`${ours}.y.batch_norm.{rest}`, [`${theirs}.bn.{rest}`]),
  rule(`${ours}.prelu.{rest}`, [`${theirs}.prelu.{rest}`]),
];

/** https://github.com/SainingZhang/DDAMFN: the mixed feature network under it, with the names that specs/table5/aiwell-uoc.abaw gives its parts. */
const ddamfn: NameMap = {
  doc: "the mixed feature network of DDAMFN",
  rules: [
    ...convolution("stem[0]", "conv1"),
    ...convolution("stem[1]", "conv2_dw"),
    ...convolution("top", "conv_6_sep"),
    ...mixedNames.flatMap((name, i) => [
      ...convolution(`blocks[${i}].y.conv_block`, `${name}.conv`),
      rule(`blocks[${i}].y.mixed_depthwise.conv[{k}].{rest}`, [`${name}.conv_dw.mixed_depthwise_conv.{k}.{rest}`]),
      rule(`blocks[${i}].z.coordinate_gates.y.conv.{rest}`, [`${name}.CA.conv1.{rest}`]),
      rule(`blocks[${i}].z.coordinate_gates.y.batch_norm.{rest}`, [`${name}.CA.bn1.{rest}`]),
      rule(`blocks[${i}].z.coordinate_gates.gate_h.conv.{rest}`, [`${name}.CA.conv2.{rest}`]),
      rule(`blocks[${i}].z.coordinate_gates.gate_w.conv.{rest}`, [`${name}.CA.conv3.{rest}`]),
      ...convolution(`blocks[${i}].z.conv_block`, `${name}.project`),
    ]),
  ],
};

export const convolutions = { torchvision, insightface, ddamfn } as const;
