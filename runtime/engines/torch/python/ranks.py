"""Reductions over all ranks, with gradients, so that N ranks equal one at the same global batch.

Every rank computes the loss of the whole batch. Its gradient flows back through each reduction to the values of all
ranks: each then holds N times its share, and the mean that DistributedDataParallel takes over N ranks makes it one.
"""

import torch
import torch.distributed as dist
from torch import Tensor


def count() -> int:
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    return dist.get_rank() if dist.is_available() and dist.is_initialized() else 0


class _Sum(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        total = x.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        total = gradient.clone()
        dist.all_reduce(total)
        return total


def sum(x: Tensor) -> Tensor:
    return x if count() == 1 else _Sum.apply(x)


def mean(x: Tensor) -> Tensor:
    """The mean of means: every rank has as much of the batch as any other."""
    return sum(x) / count()


def gather(x: Tensor) -> Tensor:
    """x of every rank under a new first axis."""
    own = torch.arange(count(), device=x.device).reshape(-1, *([1] * x.dim())) == rank()
    return sum(torch.where(own, x, torch.zeros_like(x)))


def amax(x: Tensor) -> Tensor:
    return x if count() == 1 else gather(x).amax(dim=0)


def amin(x: Tensor) -> Tensor:
    return x if count() == 1 else gather(x).amin(dim=0)
