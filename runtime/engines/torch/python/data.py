"""Batches from the shards of `abaw data pack`: frames once each, clips as places among them."""

import json
import math
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

import ranks
from randoms import epoch_order, uniform

TYPES = {"F32": numpy.float32, "U8": numpy.uint8, "I32": numpy.int32, "BOOL": numpy.bool_}


class Shards:
    """Tensors of many safetensors files as one along their first axis, read where they are asked for."""

    def __init__(self, folder: Path, shards: list[dict]):
        self.starts = numpy.cumsum([0, *(shard["frames"] for shard in shards)])
        self.files = [mapped(folder / shard["file"]) for shard in shards]
        self.names = list(self.files[0]) if self.files else []

    def take(self, name: str, places: numpy.ndarray) -> Tensor:
        """[places, ..]; zeros where a place is −1."""
        first = self.files[0][name]
        taken = numpy.zeros((len(places), *first.shape[1:]), first.dtype)
        which = numpy.searchsorted(self.starts, places, side="right") - 1
        for shard in numpy.unique(which[places >= 0]):
            here = (which == shard) & (places >= 0)
            taken[here] = self.files[shard][name][places[here] - self.starts[shard]]
        return torch.from_numpy(taken)


def mapped(path: Path) -> dict[str, numpy.ndarray]:
    """Every tensor of a safetensors file, mapped into memory."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    header.pop("__metadata__", None)
    return {
        name: numpy.memmap(path, TYPES[each["dtype"]], "r", 8 + size + each["data_offsets"][0], tuple(each["shape"]))
        for name, each in header.items()
    }


class Clips(Dataset):
    """Item (epoch, clips) is a batch: fields, features, labels, masks and `present` by the names of abaw's graphs."""

    def __init__(self, folder: Path, settings: dict, part: str, training: bool):
        described = settings["parts"][part]
        clips = load_file(folder / f"{part}-clips.safetensors")
        self.shards = Shards(folder, described["shards"])
        self.rows, self.shown = clips["rows"].numpy(), clips["shown"].numpy()
        # What augmentations are drawn by: each frame's row in the annotations.
        self.numbers = clips["numbers"].numpy()
        self.frames = described["frames"]
        self.settings = settings
        self.training = training

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, item: tuple[int, list[int]]) -> dict[str, Tensor]:
        epoch, clips = item
        # A clip of −1 fills a batch up and does not count.
        chosen = numpy.array(clips)
        there = (chosen >= 0)[:, None]
        rows = numpy.where(there, self.rows[chosen], -1)
        shown = numpy.where(there, self.shown[chosen], -1)
        lead = rows.shape if self.settings["time"] else rows.shape[:1]
        batch = {"present": torch.from_numpy((rows >= 0).astype(numpy.float32)).reshape(lead)}
        for name in self.shards.names:
            counted = name.endswith((".label", ".mask"))
            taken = self.shards.take(name, (rows if counted else shown).reshape(-1))
            if self.training and name in self.settings["fields"] and taken.dtype == torch.uint8:
                numbers = self.numbers[shown.reshape(-1)]
                taken = augmented(taken, numbers, self.settings["augment"], self.settings["seed"], epoch)
            batch[name] = taken.reshape(*lead, *taken.shape[1:])
        batch["rows"] = torch.from_numpy(rows)
        return batch


class Order:
    """This rank's part of each batch of an epoch, in the epoch's order; the last batch is filled up."""

    def __init__(self, count: int, batch: int, seed: int, training: bool):
        self.count, self.batch, self.seed, self.training = count, batch, seed, training
        self.epoch = self.first = 0

    def __len__(self) -> int:
        return math.ceil(self.count / self.batch) - self.first

    def __iter__(self):
        order = epoch_order(self.count, self.seed, self.epoch) if self.training else range(self.count)
        own = self.batch // ranks.count()
        for start in range(self.first * self.batch, self.count, self.batch):
            whole = [*order[start : start + self.batch]]
            whole += [-1] * (self.batch - len(whole))
            yield self.epoch, whole[ranks.rank() * own : (ranks.rank() + 1) * own]


def loader(clips: Clips, order: Order, workers: int) -> DataLoader:
    return DataLoader(
        clips,
        batch_size=None,
        sampler=order,
        num_workers=workers,
        pin_memory=torch.cuda.is_available(),
        persistent_workers=False,
    )


def augmented(images: Tensor, numbers: numpy.ndarray, changes: list[dict], seed: int, epoch: int) -> Tensor:
    """Images [n, side, side, 3] moved and coloured, each by its number and the epoch, edges continued."""
    if not changes:
        return images
    drawn = [draw(changes, (seed, epoch, int(number))) for number in numbers]
    maps = torch.tensor([[[a, b, 2 * x], [c, d, 2 * y]] for (a, b, c, d, x, y), _ in drawn])
    colours = torch.tensor([colour for _, colour in drawn]).reshape(-1, 3, 1, 1, 1)
    pixels = images.permute(0, 3, 1, 2).float()
    grid = F.affine_grid(maps, list(pixels.shape), align_corners=False)
    moved = F.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
    weights = torch.tensor([0.299, 0.587, 0.114]).reshape(1, 3, 1, 1)
    brightness, contrast, saturation = colours.unbind(1)
    grey = (moved * weights).sum(dim=1, keepdim=True)
    mean = (pixels * weights).sum(dim=1, keepdim=True).mean(dim=(2, 3), keepdim=True)
    coloured = (mean + (grey + (moved - grey) * saturation - mean) * contrast) * brightness
    return coloured.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def draw(changes: list[dict], words: tuple[int, ...]):
    """The inverse map (source = m · target + offset, in units of the side, centre at 0) and three factors of colour."""
    place = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    colour = [1.0, 1.0, 1.0]
    for i, change in enumerate(changes):
        draws = [uniform(*words, i, k) for k in range(3)]
        match change["kind"]:
            case "flip":
                if draws[0] < change["probability"]:
                    place = after(place, (-1.0, 0.0, 0.0, 1.0, 0.0, 0.0))
            case "crop":
                low, high = change["area"]
                side = math.sqrt(low + (high - low) * draws[0])
                room = (1 - side) / 2
                place = after(place, (side, 0.0, 0.0, side, room * (2 * draws[1] - 1), room * (2 * draws[2] - 1)))
            case "rotate":
                angle = math.radians((2 * draws[0] - 1) * change["degrees"])
                place = after(place, (math.cos(angle), -math.sin(angle), math.sin(angle), math.cos(angle), 0.0, 0.0))
            case "jitter":
                colour = [factor * (1 + change["amount"] * (2 * draws[k] - 1)) for k, factor in enumerate(colour)]
    return place, colour


def after(first, second):
    a, b, c, d, x, y = first
    e, f, g, h, u, w = second
    return (a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h, a * u + b * w + x, c * u + d * w + y)
