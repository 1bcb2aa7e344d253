"""Asks torchvision, timm and face_encoders.py for features and gradients of small convolutional encoders; writes encoders.json.

    python test/reference/make_encoders.py

Weights, pictures and cotangents are not stored: both sides draw them by `drawn` from their names alone. All is computed in float64. Of
each case there are, in evaluation and, where batches are normalised, in training mode,
  features    every n-th of them, where n keeps it to some dozen
  picture     the gradient of sum(features x cotangent) with respect to the picture, every n-th
  weights     the same with respect to each weight, as [its sum with numbers drawn for `gradient/NAME`, its norm]
and after the step in training mode `statistics`, the running ones, each as [its sum with drawn numbers, its norm].
"""

import json
import pathlib

import numpy
import timm
import torch
import torchvision
from face_encoders import DDAMFN, IResNet, MobileFaceNet
from timm.models.convnext import ConvNeXt
from timm.models.efficientnet import _gen_efficientnet
from timm.models.regnet import RegNet, RegNetCfg
from torch import nn



def drawn(name, count):
    """Multiples of 2^-15 from -1 to 1 (exclusive), in float64: FNV-1a of the name's bytes, then for each i a mix of it with i."""
    state = 2166136261
    for byte in name.encode():
        state = (state ^ byte) * 16777619 & 0xFFFFFFFF
    x = numpy.arange(count, dtype=numpy.uint32) * numpy.uint32(2654435769) + numpy.uint32(state)
    x = (x ^ (x >> numpy.uint32(16))) * numpy.uint32(0x7FEB352D)
    x = (x ^ (x >> numpy.uint32(15))) * numpy.uint32(0x846CA68B)
    x = x ^ (x >> numpy.uint32(16))
    return (x >> numpy.uint32(16)).astype(numpy.float64) / 32768 - 1


def weight(name, shape):
    """Kernels and matrices keep the size of what they read; norms' factors are near 1, and so are variances."""
    u = drawn(name, int(numpy.prod(shape)))
    if name.endswith("running_var"):
        values = 1 + u / 2
    elif len(shape) > 1:
        values = u * numpy.sqrt(3 / numpy.prod(shape[1:]))
    elif name.endswith("bias") or name.endswith("running_mean"):
        values = u / 4
    else:
        values = 1 + u / 2
    return torch.from_numpy(values.astype(numpy.float32).astype(numpy.float64).reshape(shape))


def vgg16():
    network = torchvision.models.vgg16(init_weights=False)
    classifier = [nn.Linear(512 * 49, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 10)]
    network.classifier = nn.Sequential(*classifier)
    return network


def resnet(block, blocks):
    return torchvision.models.resnet.ResNet(block, blocks, num_classes=10)


def efficientnet(**more):
    return _gen_efficientnet("efficientnet_b0", channel_multiplier=0.5, num_classes=10, drop_rate=0.0, **more)


# By the name that test/encoders gives the same network: itself, the side of its pictures and their number, which is greater where the
# last norm is over the batch alone.
CASES = {
    "vgg16": (vgg16, 32, 4),
    "resnet18": (lambda: resnet(torchvision.models.resnet.BasicBlock, [2, 1, 1, 1]), 64, 4),
    "resnet50": (lambda: resnet(torchvision.models.resnet.Bottleneck, [2, 1, 1, 1]), 64, 2),
    "convnext": (lambda: ConvNeXt(depths=(1, 2, 2, 1), dims=(16, 24, 32, 48), num_classes=10), 64, 4),
    "efficientnet": (efficientnet, 64, 4),
    "tf_efficientnet": (lambda: efficientnet(pad_type="same", bn_eps=1e-3), 54, 4),
    "regnety": (lambda: RegNet(RegNetCfg(w0=48, wa=27.89, wm=2.09, group_size=8, depth=16, se_ratio=0.25), num_classes=10), 64, 4),
    "mobilevit": (lambda: timm.create_model("mobilevit_xs", num_classes=10), 96, 4),
    "iresnet50": (lambda: IResNet([1, 2, 1, 1], [16, 24, 32, 48], 3, 24), 48, 8),
    "mobilefacenet": (lambda: MobileFaceNet([1, 2, 2, 1], 1, 3, 24), 48, 8),
    "mobilefacenet_large": (lambda: MobileFaceNet([2, 1, 1, 1], 2, 3, 24), 48, 8),
    "ddamfn": (lambda: DDAMFN(2, [1, 2, 1], 3), 48, 4),
}


def every(tensor, most):
    flat = tensor.detach().flatten()
    return [float(f"{value:.7g}") for value in flat[:: -(-len(flat) // most)].tolist()]


def summed(name, tensor):
    flat = tensor.detach().flatten()
    against = torch.from_numpy(drawn(f"gradient/{name}", len(flat)))
    return [float(f"{value:.7g}") for value in ((flat * against).sum().item(), flat.norm().item())]


def answer(name):
    make, side, batch = CASES[name]
    network = make().double()
    known = {key: value for key, value in network.state_dict().items() if not key.endswith("num_batches_tracked")}
    network.load_state_dict({key: weight(key, tuple(value.shape)) for key, value in known.items()}, strict=False)
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    found = {"side": side, "batch": batch, "shapes": {key: list(value.shape) for key, value in known.items()}}
    for mode in ("evaluation", "training") if any("running" in key for key in known) else ("evaluation",):
        network.train(mode == "training")
        network.zero_grad()
        picture = torch.from_numpy((drawn("picture", batch * 3 * side * side) + 1) / 2).reshape(batch, 3, side, side).requires_grad_()
        features = network(picture)
        (features * torch.from_numpy(drawn("cotangent", features.numel())).reshape(features.shape)).sum().backward()
        found[mode] = {
            "features": every(features, 48),
            "picture": every(picture.grad, 96),
            "weights": {key: summed(key, value.grad) for key, value in network.named_parameters()},
        }
    found["statistics"] = {key: summed(key, value) for key, value in network.named_buffers() if "running" in key}
    return found


made_with = {"torch": torch.__version__, "torchvision": torchvision.__version__, "timm": timm.__version__}
text = json.dumps({"madeWith": made_with, "cases": {name: answer(name) for name in CASES}}, separators=(",", ":"))
pathlib.Path(__file__).with_name("encoders.json").write_text(text + "\n")
