"""What augmentations do to pictures: the draws of abaw's own, by the same words, and its bytes within rounding."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy
import torch
import torch.nn.functional as F
from torch import Tensor

from randoms import hash, uniform

Words = tuple[int, ...]
STILL = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
WEIGHTS = torch.tensor([0.299, 0.587, 0.114])
# A draw that must not disturb those with lower numbers.
SHARE = 0x5A
ATTEMPTS = 10
ERASED_AREA, ERASED_RATIO = (0.02, 0.33), (0.3, 3.3)


class Move:
    """One pass for moves and colours. `place` is the inverse map: source = m · target + offset, in units of the side, centre at 0."""

    def __init__(self):
        self.place, self.colour, self.hue = STILL, [1.0, 1.0, 1.0], 0.0

    def by(self, *second: float) -> None:
        a, b, c, d, x, y = self.place
        e, f, g, h, u, w = second
        turned = (a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h)
        self.place = (*turned, a * u + b * w + x, c * u + d * w + y)


def augmented(
    images: Tensor, frames: Sequence[Words], clips: Sequence[Words], changes: list[dict], strengths: list[float | None]
) -> Tensor:
    """Bytes [n, side, side, 3] changed, each by the words of its frame and clip, edges continued."""
    if not changes:
        return images
    images = images.clone()
    drawn = [draw(changes, frame, clip, strengths) for frame, clip in zip(frames, clips, strict=True)]
    for k in range(max(map(len, drawn), default=0)):
        movers = [n for n, passes in enumerate(drawn) if k < len(passes) and isinstance(passes[k], Move)]
        if movers:
            images[movers] = moved(images[movers], [drawn[n][k] for n in movers])
        for n, passes in enumerate(drawn):
            if k < len(passes) and not isinstance(passes[k], Move):
                passes[k](images[n])
    return images


def draw(changes: list[dict], frame: Words, clip: Words, strengths: list[float | None]) -> list:
    """Passes over one picture, in order: moves, or functions that change it in place."""
    passes: list = []

    def move() -> Move:
        if not passes or not isinstance(passes[-1], Move):
            passes.append(Move())
        return passes[-1]

    for i, change in enumerate(changes):
        words = (*(clip if change.get("per") == "clip" else frame), i)

        def at(k: int, words: Words = words) -> float:
            return uniform(*words, k)

        def either(k: int, at=at) -> float:
            return 2 * at(k) - 1

        if "share" in change and at(SHARE) >= change["share"]:
            continue
        match change["kind"]:
            case "flip":
                if at(0) < change["probability"]:
                    move().by(-1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
            case "crop":
                low, high = change["area"]
                side = math.sqrt(low + (high - low) * at(0))
                room = (1 - side) / 2
                move().by(side, 0.0, 0.0, side, room * either(1), room * either(2))
            case "rotate":
                angle = math.radians(either(0) * change["degrees"])
                move().by(math.cos(angle), -math.sin(angle), math.sin(angle), math.cos(angle), 0.0, 0.0)
            case "affine":
                low, high = change["scale"]
                scale = low + (high - low) * at(1)
                angle = math.radians(either(0) * change["rotate"])
                right, down = change["shift"] * either(2), change["shift"] * either(3)
                a, b = math.cos(angle) / scale, math.sin(angle) / scale
                move().by(a, b, -b, a, -(a * right + b * down), -(-b * right + a * down))
            case "jitter":
                if passes and isinstance(passes[-1], Move) and passes[-1].hue:
                    passes.append(Move())
                amounts = [change.get(name, change["amount"]) for name in ("amount", "contrast", "saturation")]
                last = move()
                last.colour = [own * (1 + amount * either(k)) for k, (own, amount) in enumerate(zip(last.colour, amounts))]
                last.hue = change.get("hue", 0) * either(3)
            case "erase":
                if at(0) < change["probability"] and (area := drawn_area(at)):
                    passes.append(lambda image, area=area: erase(image, *area))
            case "noise":
                if strengths[i]:
                    passes.append(lambda image, by=strengths[i], seed=hash(*words): add_noise(image, by, seed))
            case other:
                raise ValueError(f"no augmentation is called {other}")
    return passes


def drawn_area(at) -> tuple[float, float, float, float] | None:
    """Height, width and place of a rectangle within the frame; none if no attempt fits."""
    for attempt in range(ATTEMPTS):
        area = ERASED_AREA[0] + (ERASED_AREA[1] - ERASED_AREA[0]) * at(4 * attempt + 1)
        low, high = map(math.log, ERASED_RATIO)
        ratio = math.exp(low + (high - low) * at(4 * attempt + 2))
        height, width = math.sqrt(area * ratio), math.sqrt(area / ratio)
        if height < 1 and width < 1:
            return height, width, at(4 * attempt + 3), at(4 * attempt + 4)
    return None


def moved(images: Tensor, moves: list[Move]) -> Tensor:
    maps = torch.tensor([[[a, b, 2 * x], [c, d, 2 * y]] for a, b, c, d, x, y in (move.place for move in moves)])
    pixels = images.permute(0, 3, 1, 2).float()
    grid = F.affine_grid(maps, list(pixels.shape), align_corners=False)
    sampled = F.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
    colours = torch.tensor([move.colour for move in moves]).reshape(-1, 3, 1, 1, 1)
    weights = WEIGHTS.reshape(1, 3, 1, 1)
    brightness, contrast, saturation = colours.unbind(1)
    grey = (sampled * weights).sum(dim=1, keepdim=True)
    mean = (pixels * weights).sum(dim=1, keepdim=True).mean(dim=(2, 3), keepdim=True)
    coloured = (mean + (grey + (sampled - grey) * saturation - mean) * contrast) * brightness
    changed = coloured.round().clamp(0, 255).permute(0, 2, 3, 1).contiguous()
    for image, move in zip(changed, moves):
        if move.hue:
            turn_hue(image, move.hue)
    return changed.to(torch.uint8)


def turn_hue(image: Tensor, turn: float) -> None:
    """Turns the hue of floats [.., 3] by a part of the circle, at the same value and saturation."""
    red, green, blue = image.unbind(-1)
    most, least = image.amax(-1), image.amin(-1)
    spread = (most - least).clamp(min=1)
    sextant = torch.where(
        most == red,
        (green - blue) / spread,
        torch.where(most == green, 2 + (blue - red) / spread, 4 + (red - green) / spread),
    )
    place = (sextant.double() + 6 * turn) % 6
    along = (most - least) * (place - place.floor())
    falling, rising = (most - along).round(), (least + along).round()
    choices = torch.stack([most.double(), falling, least.double(), rising], dim=-1)
    # Of red, green and blue in each sector: the greatest, the falling, the least or the rising value.
    order = torch.tensor([[0, 3, 2], [1, 0, 2], [2, 0, 3], [2, 1, 0], [3, 2, 0], [0, 2, 1]])
    coloured = choices.gather(-1, order[place.floor().long() % 6]).float()
    image.copy_(torch.where((most > least).unsqueeze(-1), coloured, image))


def erase(image: Tensor, height: float, width: float, down: float, right: float) -> None:
    """Fills a rectangle of bytes [side, side, 3] with their mean colour."""
    side = image.shape[0]
    rows, columns = int(height * side + 0.5), int(width * side + 0.5)
    if rows < 1 or columns < 1:
        return
    top = min(side - rows, int(down * (side - rows + 1)))
    left = min(side - columns, int(right * (side - columns + 1)))
    mean = image.long().sum(dim=(0, 1)).double() / (side * side)
    image[top : top + rows, left : left + columns] = (mean + 0.5).floor().to(torch.uint8)


QUANTILES = None


def add_noise(image: Tensor, deviation: float, seed: int) -> None:
    """Normal noise on bytes, of values from 0 to 1; 16 bits pick a quantile."""
    global QUANTILES
    if QUANTILES is None:
        normal = NormalDist()
        QUANTILES = numpy.array([normal.inv_cdf((i + 0.5) / 65536) for i in range(65536)])
    values = image.numpy().reshape(-1)
    places = numpy.arange(0, values.size, 2, dtype=numpy.uint32)
    bits = mixed(numpy.uint32(hash(seed)), places)
    both = numpy.stack([bits & 0xFFFF, bits >> 16], axis=1).reshape(-1)[: values.size]
    noisy = numpy.floor(values + 255 * deviation * QUANTILES[both] + 0.5)
    values[:] = noisy.clip(0, 255).astype(numpy.uint8)


def mixed(state: numpy.uint32, word: numpy.ndarray) -> numpy.ndarray:
    """The state after one more word: what `hash` does, of many words at once."""
    with numpy.errstate(over="ignore"):
        after = (state ^ word) * numpy.uint32(0x21F0AAAD)
        after ^= after >> numpy.uint32(15)
        after = (after + numpy.uint32(0x6D2B79F5)) * numpy.uint32(0x735A2D97)
        return after ^ (after >> numpy.uint32(15))
