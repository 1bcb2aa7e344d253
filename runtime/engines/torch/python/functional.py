"""What the models need beyond torch.nn.functional."""

from functools import cache
from math import prod

import torch
from torch import Tensor

import ranks

PRIME = 2039
SEED_LIMIT = 1 << 20
STRIDES = (1021, 1597)


def mix(x: int) -> int:
    """A bijection of 32-bit integers that mixes all bits: the finaliser of MurmurHash3."""
    x &= 0xFFFFFFFF
    x = (x ^ (x >> 16)) * 0x85EBCA6B & 0xFFFFFFFF
    x = (x ^ (x >> 13)) * 0xC2B2AE35 & 0xFFFFFFFF
    return x ^ (x >> 16)


def centred(x: int) -> int:
    return x - PRIME if x > PRIME / 2 else x


@cache
def row_tables(device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    return (
        torch.tensor([centred(1 + mix(at + 7919) % (PRIME - 1)) for at in range(2038)], device=device),
        torch.tensor([centred(mix(at + 104729) % PRIME) for at in range(2029)], device=device),
        torch.tensor([mix(at + 209458) % PRIME for at in range(2027)], device=device),
    )


@cache
def column_factors(columns: int, device: torch.device) -> tuple[Tensor, Tensor]:
    return (
        torch.tensor([centred(mix(d + 15485863) % PRIME) for d in range(columns)], device=device),
        torch.tensor([centred(mix(d + 32452843) % PRIME) for d in range(columns)], device=device),
    )


def uniform(seed: Tensor, stream: int, shape: tuple[int, ...], shared: bool = False) -> Tensor:
    """Numbers above 0 and below 1 that depend on the seed (two int32), the stream and the place, as in every engine.

    The first axis is that of the batch: a rank draws what one process would draw for its part, unless `shared`.
    """
    columns = shape[-1] if shape else 1
    rows = prod(shape[:-1])
    first = 0 if shared else ranks.rank() * rows
    place = torch.arange(first, first + rows, device=seed.device)
    low, high = (seed[i].long() * STRIDES[i] for i in range(2))
    a, b, c = (
        table[(place + (high if i == 1 else low) + mix(stream * 3 + i + 1) % SEED_LIMIT) % len(table)].unsqueeze(-1)
        for i, table in enumerate(row_tables(seed.device))
    )
    alpha, beta = column_factors(columns, seed.device)
    return (((a * alpha + b * beta + c) % PRIME + 0.5) / PRIME).reshape(shape)


def dropout(
    x: Tensor, rate: float, seed: Tensor, stream: int, training: bool, shape: tuple[int, ...] | None = None
) -> Tensor:
    """Entries set to 0 with probability `rate`, the others divided by 1 - rate; one draw for each entry of `shape`."""
    if not training or rate == 0:
        return x
    kept = uniform(seed, stream, tuple(x.shape) if shape is None else shape) >= rate
    return torch.where(kept, x / (1 - rate), 0.0)


class _Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, scale: float) -> Tensor:
        ctx.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(ctx, gradient: Tensor):
        return gradient * -ctx.scale, None


def reverse_gradient(x: Tensor, scale: float) -> Tensor:
    """x itself; its gradient with the sign turned, times `scale`."""
    return _Reverse.apply(x, scale)


def scatter_rows(x: Tensor, indices: Tensor, size: int) -> Tensor:
    """Rows x [.., k, d] added into zeros [.., size, d] at indices [.., k]."""
    zeros = x.new_zeros(*indices.shape[:-1], size, x.shape[-1])
    return zeros.scatter_add(-2, indices.unsqueeze(-1).expand(x.shape), x)


def pack_rows(x: Tensor, present: Tensor, reverse: bool = False, back: bool = False) -> Tensor:
    """Rows of x [.., n, d] that are present, in their order or from the last, then the others; `back` undoes it."""
    place = torch.arange(present.shape[-1], device=x.device).expand(present.shape)
    order = torch.where(present, -place if reverse else place, place + 2 * present.shape[-1]).argsort(-1)
    if back:
        order = order.argsort(-1)
    return torch.take_along_dim(x, order.unsqueeze(-1), dim=-2)


def lstm(x: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor, reverse: bool) -> Tensor:
    """A layer over the second axis of x [batch, time, in], from a state of zeros."""
    return _recurrent(torch.lstm, 2, x, weight_ih, weight_hh, bias_ih, bias_hh, reverse)


def gru(x: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor, reverse: bool) -> Tensor:
    """A layer over the second axis of x [batch, time, in], from a state of zeros."""
    return _recurrent(torch.gru, 1, x, weight_ih, weight_hh, bias_ih, bias_hh, reverse)


def _recurrent(function, states: int, x: Tensor, *rest) -> Tensor:
    *weights, reverse = rest
    zeros = x.new_zeros(1, x.shape[0], weights[1].shape[1])
    start = (zeros, zeros) if states == 2 else zeros
    given = x.flip(1) if reverse else x
    made = function(given, start, weights, True, 1, 0.0, True, False, True)[0]
    return made.flip(1) if reverse else made


def batch_norm(
    x: Tensor,
    weight: Tensor,
    bias: Tensor,
    mean: Tensor,
    variance: Tensor,
    axis: int,
    training: bool,
    present: Tensor | None = None,
    eps: float = 1e-5,
    momentum: float = 0.1,
) -> Tensor:
    """Statistics of the batch of all ranks, of frames that are there; moves the running ones, the variance unbiased."""
    if not training:
        return batch_norm_fixed(x, weight, bias, mean, variance, axis, eps)
    axes = [i for i in range(x.dim()) if i != axis]
    across = [-1 if i == axis else 1 for i in range(x.dim())]
    there = torch.ones((), device=x.device) if present is None else present
    number = ranks.sum(there.expand_as(x).sum(dim=axes, keepdim=True))
    centre = ranks.sum((x * there).sum(dim=axes, keepdim=True)) / number
    squares = ranks.sum(((x - centre).square() * there).sum(dim=axes, keepdim=True))
    with torch.no_grad():
        mean.lerp_(centre.reshape(-1), momentum)
        variance.lerp_((squares / (number - 1).clamp(min=1)).reshape(-1), momentum)
    factor = weight.reshape(across) * (squares / number + eps).rsqrt()
    return (x - centre) * factor + bias.reshape(across)


def batch_norm_fixed(
    x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, axis: int, eps: float = 1e-5
) -> Tensor:
    across = [-1 if i == axis else 1 for i in range(x.dim())]
    factor = weight * (variance + eps).rsqrt()
    return (x - mean.reshape(across)) * factor.reshape(across) + bias.reshape(across)
