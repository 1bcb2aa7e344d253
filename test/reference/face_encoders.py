"""Encoders made for faces, from their papers' descriptions, with the parameters' names of their makers' files.

IResNet: arXiv 2004.04989, github.com/deepinsight/insightface. MobileFaceNet: arXiv 1804.07573, the same. DDAMFN:
https://doi.org/10.3390/electronics12173595, github.com/SainingZhang/DDAMFN. All read 112 x 112 pixels unless a smaller `grid` is given,
the side of the last maps.
"""

import torch
from torch import nn


def convolution(into, out, kernel=1, stride=1, groups=1, pad=None):
    kernel = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    pad = tuple(side // 2 for side in kernel) if pad is None else pad
    return nn.Conv2d(into, out, kernel, stride, pad, groups=groups, bias=False)


class NormFirst(nn.Module):
    def __init__(self, into, out, stride):
        super().__init__()
        self.bn1, self.conv1, self.bn2 = nn.BatchNorm2d(into), convolution(into, out, 3), nn.BatchNorm2d(out)
        self.prelu, self.conv2, self.bn3 = nn.PReLU(out), convolution(out, out, 3, stride), nn.BatchNorm2d(out)
        same = into == out and stride == 1
        self.downsample = None if same else nn.Sequential(convolution(into, out, 1, stride), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.bn3(self.conv2(self.prelu(self.bn2(self.conv1(self.bn1(x))))))
        return y + (x if self.downsample is None else self.downsample(x))


class IResNet(nn.Module):
    def __init__(self, blocks, widths, grid, out):
        super().__init__()
        self.conv1, self.bn1, self.prelu = convolution(3, widths[0], 3), nn.BatchNorm2d(widths[0]), nn.PReLU(widths[0])
        into = widths[0]
        for i, (count, width) in enumerate(zip(blocks, widths)):
            layer = [NormFirst(into if j == 0 else width, width, 2 if j == 0 else 1) for j in range(count)]
            setattr(self, f"layer{i + 1}", nn.Sequential(*layer))
            into = width
        self.bn2, self.fc, self.features = nn.BatchNorm2d(into), nn.Linear(into * grid * grid, out), nn.BatchNorm1d(out)

    def forward(self, x):
        x = self.prelu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.features(self.fc(self.bn2(x).flatten(1)))


class Layers(nn.Module):
    def __init__(self, *layers, skip=False):
        super().__init__()
        self.layers, self.skip = nn.Sequential(*layers), skip

    def forward(self, x):
        y = self.layers(x)
        return x + y if self.skip else y


def active(into, out, kernel=1, stride=1, groups=1):
    return Layers(convolution(into, out, kernel, stride, groups), nn.BatchNorm2d(out), nn.PReLU(out))


def linear(into, out, kernel=1, groups=1):
    return Layers(convolution(into, out, kernel, 1, groups, pad=0), nn.BatchNorm2d(out))


def separable(into, out, hidden, stride, skip=False):
    return Layers(active(into, hidden), active(hidden, hidden, 3, stride, hidden), linear(hidden, out), skip=skip)


def residuals(width, count, hidden):
    return Layers(*[separable(width, width, hidden, 1, skip=True) for _ in range(count)])


class MobileFaceNet(nn.Module):
    def __init__(self, blocks, scale, grid, out):
        super().__init__()
        a, b = 64 * scale, 128 * scale
        second = active(a, a, 3, groups=64) if blocks[0] == 1 else residuals(a, blocks[0], 128)
        self.layers = nn.Sequential(
            active(3, a, 3, 2),
            second,
            separable(a, a, 128, 2),
            residuals(a, blocks[1], 128),
            separable(a, b, 256, 2),
            residuals(b, blocks[2], 256),
            separable(b, b, 512, 2),
            residuals(b, blocks[3], 256),
        )
        self.conv_sep = active(b, 512)
        self.features = Layers(linear(512, 512, grid, 512), nn.Flatten(), nn.Linear(512, out, bias=False), nn.BatchNorm1d(out))

    def forward(self, x):
        return self.features(self.conv_sep(self.layers(x)))


class Named(nn.Module):
    """A convolution, its norm and, but for linear ones, its slopes."""

    def __init__(self, into, out, kernel=1, stride=1, groups=1, pad=None, act=True):
        super().__init__()
        self.conv, self.bn = convolution(into, out, kernel, stride, groups, pad), nn.BatchNorm2d(out)
        if act:
            self.prelu = nn.PReLU(out)
        self.act = act

    def forward(self, x):
        y = self.bn(self.conv(x))
        return self.prelu(y) if self.act else y


class Gates(nn.Module):
    """Rows and columns of x [n, c, h, w] as two gates, h-swish between; `tall` and `wide` reduce each row and column to one place."""

    def __init__(self, width):
        super().__init__()
        hidden = max(8, width // 32)
        self.conv1, self.bn1 = nn.Conv2d(width, hidden, 1), nn.BatchNorm2d(hidden)
        self.conv2, self.conv3 = nn.Conv2d(hidden, width, 1), nn.Conv2d(hidden, width, 1)

    def tall(self, x):
        return x.mean(3, keepdim=True)

    def wide(self, x):
        return x.mean(2, keepdim=True)

    def forward(self, x):
        height, width = x.shape[2:]
        both = torch.cat([self.tall(x), self.wide(x).transpose(2, 3)], 2)
        tall, wide = nn.functional.hardswish(self.bn1(self.conv1(both))).split([height, width], 2)
        return self.conv2(tall).sigmoid() * self.conv3(wide.transpose(2, 3)).sigmoid()


class WeighedGates(Gates):
    def __init__(self, width, grid):
        super().__init__(width)
        self.Linear_h = Named(width, width, (1, grid), groups=width, pad=0, act=False)
        self.Linear_w = Named(width, width, (grid, 1), groups=width, pad=0, act=False)

    def tall(self, x):
        return self.Linear_h(x)

    def wide(self, x):
        return self.Linear_w(x)


class Mixed(nn.Module):
    def __init__(self, kernels, parts, stride):
        super().__init__()
        self.parts = parts
        pieces = [convolution(part, part, kernel, stride, part) for part, kernel in zip(parts, kernels)]
        self.mixed_depthwise_conv = nn.ModuleList(pieces)

    def forward(self, x):
        return torch.cat([conv(part) for conv, part in zip(self.mixed_depthwise_conv, x.split(self.parts, 1))], 1)


class MixedBlock(nn.Module):
    def __init__(self, into, out, kernels, parts, stride):
        super().__init__()
        hidden = sum(parts)
        self.conv, self.conv_dw, self.CA = Named(into, hidden), Mixed(kernels, parts, stride), Gates(hidden)
        self.project = Named(hidden, out, act=False)
        self.skip = stride == 1 and into == out

    def forward(self, x):
        y = self.conv_dw(self.conv(x))
        y = self.project(y * self.CA(y))
        return x + y if self.skip else y


class MixedStage(nn.Module):
    def __init__(self, width, kernels, parts, count):
        super().__init__()
        self.model = nn.Sequential(*[MixedBlock(width, width, kernels, parts, 1) for _ in range(count)])

    def forward(self, x):
        return self.model(x)


class Head(nn.Module):
    def __init__(self, width, grid):
        super().__init__()
        self.CoordAtt = WeighedGates(width, grid)

    def forward(self, x):
        return self.CoordAtt(x)


class DDAMFN(nn.Module):
    def __init__(self, heads, blocks, grid):
        super().__init__()
        self.features = nn.Sequential(
            Named(3, 64, 3, 2),
            Named(64, 64, 3, groups=64),
            MixedBlock(64, 64, [3, 5, 7], [64, 32, 32], 2),
            MixedStage(64, [3, 5], [96, 32], blocks[0]),
            MixedBlock(64, 128, [3, 5, 7], [128, 64, 64], 2),
            MixedStage(128, [3, 5], [192, 64], blocks[1]),
            MixedBlock(128, 256, [3, 5, 7, 9], [256] * 4, 2),
            MixedStage(256, [3, 5, 7], [172, 170, 170], blocks[2]),
            Named(256, 512),
        )
        self.heads = heads
        for i in range(heads):
            setattr(self, f"cat_head{i}", Head(512, grid))
        self.Linear = Named(512, 512, grid, groups=512, pad=0, act=False)

    def forward(self, x):
        f = self.features(x)
        maps = torch.stack([getattr(self, f"cat_head{i}")(f) for i in range(self.heads)])
        return self.Linear(f * maps.max(0).values).flatten(1)
