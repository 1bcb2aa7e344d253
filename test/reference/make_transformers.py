"""Numbers of timm's vision transformers, at small widths, to transformers.json.

    python test/reference/make_transformers.py > test/reference/transformers.json

Weights are not stored: entry i of the tensor NAME is offset + scale * u(NAME, i), where u is below and the offset and the scale of each
tensor stand in the file, beside its name in timm and its shape. Pictures are bytes of the same counter. Of each network the file has the
features of two pictures and, for the scalar mean(exp(features)), the inner products of every gradient with four tensors of that counter;
and of networks at full size the number of their weights.
"""

import json
import math
import sys
from functools import partial

import numpy
import timm
import timm.models.eva
import timm.models.swin_transformer
import timm.models.vision_transformer
import torch
from timm.layers import LayerNorm, SwiGLUPacked

torch.set_num_threads(1)
DIRECTIONS = 4


def counted(name, count):
    """32 bits for each of 0 .. count - 1: FNV-1a of the name plus i times 2^32 / golden ratio, through MurmurHash3's finaliser."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = (numpy.arange(count, dtype=numpy.uint64) * 0x9E3779B9 + seed).astype(numpy.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = (x ^ (x >> numpy.uint32(shift))) * numpy.uint32(factor)
    return x ^ (x >> numpy.uint32(16))


def uniform(name, count):
    """Numbers from -1 to 1."""
    return counted(name, count).astype(numpy.float64) / 2**31 - 1


def pictures(count, side):
    values = (counted("pictures", count * side * side * 3) >> 24).astype(numpy.uint8)
    return torch.from_numpy(values.reshape(count, side, side, 3).astype(numpy.float64) / 255).permute(0, 3, 1, 2)


def range_of(name, shape):
    """Offset and scale, so that numbers stay near 1 all the way."""
    last = name.split(".")[-1]
    if last in ("cls_token", "reg_token", "pos_embed", "relative_position_bias_table"):
        return 0, 0.5
    if last.startswith("gamma"):
        return 0.5, 0.25
    if len(shape) == 1:
        return (1, 0.25) if last == "weight" else (0, 0.1)
    return 0, math.sqrt(3 / math.prod(shape[1:]))


def sine_places(grid, dim):
    """The fixed places of masked auto-encoders, a row of zeros for the class token before them: columns, then rows."""
    half = dim // 2
    omega = 10000.0 ** (-numpy.arange(half // 2) / (half // 2))
    rows, columns = numpy.meshgrid(numpy.arange(grid), numpy.arange(grid), indexing="ij")
    waves = [f(at.reshape(-1, 1) * omega) for at in (columns, rows) for f in (numpy.sin, numpy.cos)]
    table = numpy.concatenate(waves, axis=1)
    return torch.from_numpy(numpy.concatenate([numpy.zeros((1, dim)), table])[None])


vit = partial(timm.models.vision_transformer.VisionTransformer, num_classes=0)

CASES = {
    "mae": (32, lambda: vit(img_size=32, patch_size=8, embed_dim=24, depth=2, num_heads=3, global_pool="avg"), (4, 24)),
    "vit": (32, lambda: vit(img_size=32, patch_size=8, embed_dim=24, depth=2, num_heads=3), None),
    "dinov2": (
        42,
        lambda: vit(img_size=70, patch_size=14, embed_dim=24, depth=2, num_heads=3, init_values=1e-5, dynamic_img_size=True),
        None,
    ),
    "dinov2_giant": (
        56,
        lambda: vit(
            img_size=28, patch_size=14, embed_dim=24, depth=2, num_heads=3, init_values=1e-5, mlp_ratio=4, mlp_layer=SwiGLUPacked,
            act_layer=torch.nn.SiLU, reg_tokens=4, no_embed_class=True, dynamic_img_size=True,
        ),
        None,
    ),
    "dinov3": (
        32,
        lambda: timm.models.eva.Eva(
            img_size=32, patch_size=8, embed_dim=24, depth=2, num_heads=3, qkv_bias=False, init_values=1e-5, rope_type="dinov3",
            rope_temperature=100, rope_rotate_half=True, use_rot_pos_emb=True, use_abs_pos_emb=False, num_reg_tokens=4,
            use_fc_norm=False, norm_layer=partial(LayerNorm, eps=1e-5), dynamic_img_size=True, num_classes=0, global_pool="token",
        ),
        None,
    ),
    "clip": (
        32,
        lambda: vit(
            img_size=32, patch_size=8, embed_dim=24, depth=2, num_heads=3, pre_norm=True, norm_layer=partial(LayerNorm, eps=1e-5),
            act_layer="quick_gelu", num_classes=10,
        ),
        None,
    ),
    "swin": (
        64,
        lambda: timm.models.swin_transformer.SwinTransformer(
            img_size=64, patch_size=4, embed_dim=12, depths=(2, 2, 1), num_heads=(2, 3, 4), window_size=4, num_classes=0
        ),
        None,
    ),
}


def without_projection_bias(name):
    """timm gives CLIP's projection a bias, which is 0 in every copy of it."""
    return name != "head.bias"


def numbers_of(name, side, make, sines):
    network = make().double().eval()
    parameters = {}
    for path, parameter in network.named_parameters():
        if path == "pos_embed" and sines is not None:
            parameter.data = sine_places(*sines)
        elif not without_projection_bias(path):
            parameter.data.zero_()
        else:
            offset, scale = range_of(path, parameter.shape)
            values = offset + scale * uniform(path, parameter.numel())
            parameter.data = torch.from_numpy(values.astype(numpy.float32).astype(numpy.float64)).reshape(parameter.shape)
            parameters[path] = (offset, scale)
    features = network(pictures(2, side))
    features.exp().mean().backward()
    gradients = dict(network.named_parameters())
    return {
        "side": side,
        "features": {"shape": list(features.shape), "values": features.detach().flatten().tolist()},
        "parameters": [
            {
                "name": path,
                "shape": list(gradients[path].shape),
                "offset": offset,
                "scale": scale,
                "gradient": [
                    float(gradients[path].grad.flatten().numpy() @ uniform(f"{path} {k}", gradients[path].numel()))
                    for k in range(DIRECTIONS)
                ],
                "norm": float(gradients[path].grad.norm()),
            }
            for path, (offset, scale) in parameters.items()
        ],
    }


def count_of(name, classes):
    with torch.device("meta"):
        network = timm.create_model(name, num_classes=classes)
    return sum(parameter.numel() for path, parameter in network.named_parameters() if without_projection_bias(path))


# Networks at full size, without class heads but for CLIP's projection.
FULL_SIZE = {
    "vit_base_patch16_224": 0,
    "vit_large_patch16_224": 0,
    "vit_small_patch14_dinov2": 0,
    "vit_giant_patch14_dinov2": 0,
    "vit_small_patch16_dinov3": 0,
    "vit_base_patch16_dinov3": 0,
    "vit_base_patch16_clip_224": 512,
    "swin_tiny_patch4_window7_224": 0,
}

numbers = {
    "cases": {name: numbers_of(name, *case) for name, case in CASES.items()},
    "counts": {name: count_of(name, classes) for name, classes in FULL_SIZE.items()},
}
json.dump(numbers, sys.stdout)
