"""Batches from the shards of `abaw data pack`: frames once each, clips as places among them."""

import json
import math
from pathlib import Path

import numpy
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

import ranks
import schedules
from augment import augmented
from randoms import epoch_order

# Ends the words of a clip, so that none is those of a frame.
CLIP = 0xC11B
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
    """Item (epoch, place in it, clips) is a batch: fields, features, labels, masks and `present` by the names of abaw's graphs."""

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
        # When schedules of augmentations are where.
        self.calendar = schedules.Calendar(1, 1)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, item: tuple[int, int, list[int]]) -> dict[str, Tensor]:
        epoch, place, clips = item
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
                taken = self.changed(taken, shown.reshape(-1), chosen, epoch, place)
            batch[name] = taken.reshape(*lead, *taken.shape[1:])
        batch["rows"] = torch.from_numpy(rows)
        return batch

    def changed(self, images: Tensor, shown: numpy.ndarray, clips: numpy.ndarray, epoch: int, place: int) -> Tensor:
        """Images augmented, each by its number in the annotations and by its clip."""
        changes, seed = self.settings["augment"], self.settings["seed"]
        step = epoch * self.calendar.steps_per_epoch + place
        strengths = [
            schedules.value(change["deviation"], step, self.calendar) if "deviation" in change else None
            for change in changes
        ]
        length = len(shown) // len(clips)
        frames = [(seed, epoch, int(number)) for number in self.numbers[shown]]
        whole = [(seed, epoch, int(clip), CLIP) for clip in numpy.repeat(clips, length)]
        return augmented(images, frames, whole, changes, strengths)


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
            yield self.epoch, start // self.batch, whole[ranks.rank() * own : (ranks.rank() + 1) * own]


def loader(clips: Clips, order: Order, workers: int) -> DataLoader:
    return DataLoader(
        clips,
        batch_size=None,
        sampler=order,
        num_workers=workers,
        pin_memory=torch.cuda.is_available(),
        persistent_workers=False,
    )
