"""The peer of bench/images.ts: a torch.utils.data.DataLoader over JPEG files, decoded and changed by torchvision's transforms on PIL.

Each line of its input asks for an epoch; the answer is a line of milliseconds for it. `floats` converts and normalises every picture
as training scripts do; without it batches are bytes.
"""

import json
import os
import sys
import time

import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

try:
    import torchvision  # noqa: F401
except RuntimeError:
    # A torchvision built for another PyTorch finds its compiled ops missing; transforms on PIL use none of them.
    missing = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        missing.define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
from torchvision import transforms

config = json.loads(sys.argv[1])
size = config["size"]
change = [
    transforms.RandomHorizontalFlip(),
    transforms.RandomResizedCrop(size, scale=(0.8, 1.0), ratio=(1.0, 1.0)),
    transforms.RandomRotation(10, interpolation=transforms.InterpolationMode.BILINEAR),
    transforms.ColorJitter(0.2, 0.2, 0.2),
]
bytes_alone = [transforms.PILToTensor()]
floats = [
    transforms.ToTensor(),
    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
]


class Pictures(Dataset):
    def __init__(self, folder, names):
        self.paths = [os.path.join(folder, name) for name in names]
        self.change = transforms.Compose(change + (floats if config["floats"] else bytes_alone))

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        with Image.open(self.paths[i]) as picture:
            return self.change(picture.convert("RGB"))


loader = DataLoader(
    Pictures(config["folder"], config["images"]),
    config["batch"],
    shuffle=True,
    num_workers=2,
    persistent_workers=True,
    drop_last=True,
)

for _ in sys.stdin:
    begun = time.perf_counter()
    for _batch in loader:
        pass
    print(1000 * (time.perf_counter() - begun), flush=True)
