"""Layers whose weights are called as abaw calls them, and which take any axes before those they work on."""

import torch
from torch import Tensor, nn

from functional import gru, lstm


class Conv1d(nn.Conv1d):
    """Over the last axis of x [.., channels, length]."""

    def forward(self, x: Tensor) -> Tensor:
        y = super().forward(x.flatten(0, -3))
        return y.reshape(*x.shape[:-2], *y.shape[1:])


class Conv2d(nn.Conv2d):
    """Over the last two axes of x [.., channels, height, width]."""

    def forward(self, x: Tensor) -> Tensor:
        y = super().forward(x.flatten(0, -4))
        return y.reshape(*x.shape[:-3], *y.shape[1:])


class _Recurrent(nn.Module):
    gates: int

    def __init__(self, inputs: int, hidden: int, reverse: bool = False):
        super().__init__()
        self.reverse = reverse
        self.weight_ih = nn.Parameter(torch.empty(self.gates * hidden, inputs))
        self.weight_hh = nn.Parameter(torch.empty(self.gates * hidden, hidden))
        self.bias_ih = nn.Parameter(torch.empty(self.gates * hidden))
        self.bias_hh = nn.Parameter(torch.empty(self.gates * hidden))


class LSTM(_Recurrent):
    """One layer over x [batch, time, inputs], from a state of zeros; gates in PyTorch's order."""

    gates = 4

    def forward(self, x: Tensor) -> Tensor:
        return lstm(x, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh, self.reverse)


class GRU(_Recurrent):
    """One layer over x [batch, time, inputs], from a state of zeros; gates in PyTorch's order."""

    gates = 3

    def forward(self, x: Tensor) -> Tensor:
        return gru(x, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh, self.reverse)
