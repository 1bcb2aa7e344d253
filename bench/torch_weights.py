"""Writes a vision transformer of the base size as a checkpoint of facebookresearch/mae, and prints a digest of each tensor's bytes."""

import hashlib
import json
import sys

import torch


def state(dim: int = 768, depth: int = 12) -> dict:
    shapes = {
        "cls_token": (1, 1, dim),
        "pos_embed": (1, 197, dim),
        "patch_embed.proj.weight": (dim, 3, 16, 16),
        "patch_embed.proj.bias": (dim,),
    }
    for i in range(depth):
        block = f"blocks.{i}"
        for norm in ("norm1", "norm2"):
            shapes |= {f"{block}.{norm}.weight": (dim,), f"{block}.{norm}.bias": (dim,)}
        for name, out, into in (
            ("attn.qkv", 3 * dim, dim),
            ("attn.proj", dim, dim),
            ("mlp.fc1", 4 * dim, dim),
            ("mlp.fc2", dim, 4 * dim),
        ):
            shapes |= {f"{block}.{name}.weight": (out, into), f"{block}.{name}.bias": (out,)}
    shapes |= {"norm.weight": (dim,), "norm.bias": (dim,)}
    generator = torch.Generator().manual_seed(7)
    return {name: torch.randn(*shape, generator=generator) for name, shape in shapes.items()}


def main() -> None:
    path, legacy = sys.argv[1], sys.argv[2] == "legacy"
    tensors = state()
    torch.save({"model": tensors}, path, _use_new_zipfile_serialization=not legacy)
    digests = {name: hashlib.sha256(tensor.numpy().tobytes()).hexdigest() for name, tensor in tensors.items()}
    print(json.dumps(digests))


main()
