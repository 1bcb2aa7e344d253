"""Asks PyTorch's counter for the operations of products and convolutions; writes flops.json beside this file.

    python test/reference/make_flops.py

The networks are those of specs/std with a head of 12 units on one image of 224 x 224, as their papers have them. A multiply-add is two.
`step` is forward and backward; nothing is computed: tensors on the device `meta` have shapes only.
"""

import json
import pathlib

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.qkv, self.proj = heads, nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)

    def forward(self, x):
        batch, n, dim = x.shape
        q, k, v = self.qkv(x).view(batch, n, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        mixed = (q @ k.transpose(-1, -2)).softmax(-1) @ v
        return self.proj(mixed.transpose(1, 2).reshape(batch, n, dim))


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1, self.attn, self.norm2 = nn.LayerNorm(dim), Attention(dim, heads), nn.LayerNorm(dim)
        self.ffn = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.ffn(self.norm2(x))


class VisionTransformer(nn.Module):
    def __init__(self, depth=12, dim=768, heads=12, patch=16):
        super().__init__()
        self.embed = nn.Conv2d(3, dim, patch, patch)
        self.cls = nn.Parameter(torch.empty(1, 1, dim))
        self.blocks = nn.Sequential(*[Block(dim, heads) for _ in range(depth)])
        self.norm, self.head = nn.LayerNorm(dim), nn.Linear(dim, 12)

    def forward(self, image):
        tokens = self.embed(image).flatten(2).transpose(1, 2)
        tokens = self.blocks(torch.cat([self.cls.expand(len(image), 1, -1), tokens], 1))
        return self.head(self.norm(tokens[:, 1:].mean(1)))


class BasicBlock(nn.Module):
    def __init__(self, into, out, stride):
        super().__init__()
        self.way = nn.Sequential(
            nn.Conv2d(into, out, 3, stride, 1, bias=False),
            nn.BatchNorm2d(out),
            nn.ReLU(),
            nn.Conv2d(out, out, 3, 1, 1, bias=False),
            nn.BatchNorm2d(out),
        )
        same = into == out and stride == 1
        self.skip = nn.Identity() if same else nn.Sequential(nn.Conv2d(into, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        return (self.way(x) + self.skip(x)).relu()


def resnet18():
    stem = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    widths = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2), (512, 512, 1)]
    return nn.Sequential(*stem, *[BasicBlock(*w) for w in widths], nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 12))


def vgg16():
    layers, into = [], 3
    for width, count in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for _ in range(count):
            layers += [nn.Conv2d(into, width, 3, padding=1), nn.ReLU()]
            into = width
        layers.append(nn.MaxPool2d(2))
    fully = [nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 12)]
    return nn.Sequential(*layers, nn.Flatten(), *fully)


def counted(make):
    with torch.device("meta"):
        network = make()
        image = torch.empty(1, 3, 224, 224)
    with FlopCounterMode(display=False) as forward:
        network(image)
    with FlopCounterMode(display=False) as step:
        network(image).sum().backward()
    return {"forward": forward.get_total_flops(), "step": step.get_total_flops()}


answer = {
    "madeWith": {"torch": torch.__version__},
    "flops": {"vit": counted(VisionTransformer), "resnet18": counted(resnet18), "vgg16": counted(vgg16)},
}
pathlib.Path(__file__).with_name("flops.json").write_text(json.dumps(answer, indent=1) + "\n")
