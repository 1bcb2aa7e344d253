import type { Arrangement, NameMap, NameRule } from "./name-map.ts";

/** One name of ours, and the ways in which files have it: a text is one whole tensor. */
export function rule(ours: string, theirs: readonly (string | readonly string[])[], arrange?: Arrangement): NameRule {
  const ways = theirs.map((way) => (typeof way === "string" ? [way] : way));
  return arrange === undefined ? { ours, theirs: ways } : { ours, theirs: ways, arrange };
}

/** Vision transformers as timm has them, and so DINO, DINOv2, DINOv3 and the masked auto-encoders. */
const transformer: readonly NameRule[] = [
  rule("cls", ["cls_token"]),
  rule("reg", ["register_tokens", "reg_token", "storage_tokens"]),
  rule("place", ["pos_embed"], "positions"),
  rule("embed.weight", ["patch_embed.proj.weight"], "patches"),
  rule("embed.bias", ["patch_embed.proj.bias"]),
  rule("patch_embed.proj.weight", ["patch_embed.proj.weight"], "patches"),
  rule("{front}ls{i}", ["{front}ls{i}.gamma", "{front}gamma_{i}"]),
  rule("{front}.ffn.{rest}", ["{front}.mlp.{rest}"]),
];

/** The same of a layer norm, with what each of these networks adds to the variance. */
function normRule(ours: string, theirs: readonly string[], eps: readonly (number | undefined)[]): NameRule {
  return { ...rule(ours, theirs), eps };
}

const norm = rule("norm.{rest}", ["norm.{rest}", "fc_norm.{rest}"]);
const masks = [
  "{front}.attn_mask",
  "{front}.relative_position_index",
  "{front}.rope_embed.periods",
  "rope_embed.periods",
];

/** https://github.com/facebookresearch/mae, and FMAE, MAE-Face, FSFM after it. The decoder's names are those of `mae_decoder`. */
const mae: NameMap = {
  doc: "facebookresearch/mae, and what is built on it: FMAE, MAE-Face, FSFM",
  rules: [
    rule("decoder.embed.{rest}", ["decoder_embed.{rest}"]),
    rule("decoder.hidden", ["mask_token"]),
    rule("decoder.place", ["decoder_pos_embed"], "positions"),
    rule("decoder.norm.{rest}", ["decoder_norm.{rest}"]),
    rule("decoder.draw.{rest}", ["decoder_pred.{rest}"]),
    rule("decoder.blocks[{i}].ffn.{rest}", ["decoder_blocks.{i}.mlp.{rest}"]),
    rule("decoder.blocks[{i}].{rest}", ["decoder_blocks.{i}.{rest}"]),
    normRule("blocks[{i}].norm{k}.{rest}", ["blocks.{i}.norm{k}.{rest}"], [1e-6]),
    ...transformer,
    norm,
  ],
  around: ["trunk"],
  ignored: masks,
  computed: ["pos_embed", "decoder_pos_embed"],
};

/** https://github.com/huggingface/pytorch-image-models */
const timm: NameMap = { doc: "timm", rules: [...transformer, norm], around: ["trunk"], ignored: masks };

/** https://github.com/facebookresearch/dinov2 and dinov3: timm's, and a gated perceptron of three matrices in the latter. */
const dinov2: NameMap = {
  doc: "facebookresearch/dinov2 and dinov3",
  rules: [
    rule("{front}.ffn.w12.{rest}", ["{front}.mlp.w12.{rest}", ["{front}.mlp.w1.{rest}", "{front}.mlp.w2.{rest}"]]),
    ...transformer,
  ],
  around: ["trunk"],
  ignored: [...masks, "{front}.attn.qkv.bias_mask"],
};

const layer = "encoder.layer.{i}";
const tower = "encoder.layers.{i}";
const three = (of: string, names: readonly string[], rest: string) => names.map((name) => `${of}.${name}${rest}`);

/** Of ViT, DeiT and ViTMAE; of DINOv2; of CLIP. */
const huggingFaceEps = [1e-12, 1e-6, 1e-5];

/** https://github.com/huggingface/transformers: ViT, DeiT, ViTMAE, DINOv2, and CLIP's image tower. Queries, keys and values stand apart. */
const huggingFace: NameMap = {
  doc: "Hugging Face: ViT, DeiT, ViTMAE, DINOv2, the image tower of CLIP",
  rules: [
    rule("cls", ["embeddings.cls_token", "embeddings.class_embedding"]),
    rule("reg", ["embeddings.register_tokens"]),
    rule("place", ["embeddings.position_embeddings", "embeddings.position_embedding.weight"], "positions"),
    rule(
      "embed.weight",
      ["embeddings.patch_embeddings.projection.weight", "embeddings.patch_embedding.weight"],
      "patches",
    ),
    rule("embed.bias", ["embeddings.patch_embeddings.projection.bias"]),
    rule("norm_pre.{rest}", ["pre_layrnorm.{rest}"]),
    normRule(
      "blocks[{i}].norm1.{rest}",
      [`${layer}.layernorm_before.{rest}`, `${layer}.norm1.{rest}`, `${tower}.layer_norm1.{rest}`],
      huggingFaceEps,
    ),
    normRule(
      "blocks[{i}].norm2.{rest}",
      [`${layer}.layernorm_after.{rest}`, `${layer}.norm2.{rest}`, `${tower}.layer_norm2.{rest}`],
      huggingFaceEps,
    ),
    rule("blocks[{i}].attn.qkv.{rest}", [
      three(`${layer}.attention.attention`, ["query", "key", "value"], ".{rest}"),
      three(`${tower}.self_attn`, ["q_proj", "k_proj", "v_proj"], ".{rest}"),
    ]),
    rule("blocks[{i}].attn.proj.{rest}", [
      `${layer}.attention.output.dense.{rest}`,
      `${tower}.self_attn.out_proj.{rest}`,
    ]),
    rule("blocks[{i}].ffn.fc1.{rest}", [
      `${layer}.intermediate.dense.{rest}`,
      `${layer}.mlp.fc1.{rest}`,
      `${tower}.mlp.fc1.{rest}`,
    ]),
    rule("blocks[{i}].ffn.fc2.{rest}", [
      `${layer}.output.dense.{rest}`,
      `${layer}.mlp.fc2.{rest}`,
      `${tower}.mlp.fc2.{rest}`,
    ]),
    rule("blocks[{i}].ffn.w12.{rest}", [`${layer}.mlp.weights_in.{rest}`]),
    rule("blocks[{i}].ffn.w3.{rest}", [`${layer}.mlp.weights_out.{rest}`]),
    rule("blocks[{i}].ls{k}", [`${layer}.layer_scale{k}.lambda1`]),
    rule("norm.{rest}", ["layernorm.{rest}", "post_layernorm.{rest}"]),
  ],
  around: ["trunk"],
  ignored: ["embeddings.position_ids", "{front}.position_ids"],
  computed: ["embeddings.position_embeddings"],
};

const resblock = "transformer.resblocks.{i}";

/** https://github.com/openai/CLIP and open_clip: the image tower, below `visual`. */
const clip: NameMap = {
  doc: "the image tower of openai/CLIP and open_clip",
  rules: [
    rule("cls", ["class_embedding"]),
    rule("place", ["positional_embedding"], "positions"),
    rule("embed.weight", ["conv1.weight"], "patches"),
    rule("norm_pre.{rest}", ["ln_pre.{rest}"]),
    normRule("blocks[{i}].norm{k}.{rest}", [`${resblock}.ln_{k}.{rest}`], [1e-5]),
    rule("blocks[{i}].attn.qkv.{rest}", [`${resblock}.attn.in_proj_{rest}`]),
    rule("blocks[{i}].attn.proj.{rest}", [`${resblock}.attn.out_proj.{rest}`]),
    rule("blocks[{i}].ffn.fc1.{rest}", [`${resblock}.mlp.c_fc.{rest}`]),
    rule("blocks[{i}].ffn.fc2.{rest}", [`${resblock}.mlp.c_proj.{rest}`]),
    rule("norm.{rest}", ["ln_post.{rest}"]),
    rule("proj.weight", ["proj"], "transpose"),
  ],
  around: ["trunk"],
};

export const transformers = { mae, timm, dinov2, hugging_face: huggingFace, clip } as const;
