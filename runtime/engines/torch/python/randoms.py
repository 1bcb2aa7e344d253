"""Random numbers as a pure function of a seed and a place: nothing depends on what was drawn before."""

from collections.abc import Sequence


def hash(*words: int) -> int:
    state = 0x9E3779B9
    for word in words:
        state = (state ^ (word & 0xFFFFFFFF)) * 0x21F0AAAD & 0xFFFFFFFF
        state ^= state >> 15
        state = (state + 0x6D2B79F5) * 0x735A2D97 & 0xFFFFFFFF
        state ^= state >> 15
    return state


def uniform(*words: int) -> float:
    """In [0, 1)."""
    return hash(*words) / 2**32


def epoch_order(count: int, seed: int, epoch: int) -> Sequence[int]:
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = int(uniform(seed, epoch, i, 0x0BDE) * (i + 1))
        order[i], order[j] = order[j], order[i]
    return order
