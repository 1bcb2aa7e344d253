"""Rates of PyTorch's ReduceLROnPlateau over scores of epochs: plateau.json.

    .venv/bin/python test/reference/make_plateau.py

PyTorch's `patience` counts epochs that may pass without a better score, ours those after which the rate falls: one more.
"""

import json
from pathlib import Path

import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

SCORES = [0.1, 0.2, 0.2, 0.15, 0.3, 0.1, 0.2, 0.25, 0.3, 0.3, 0.29, 0.31, 0.3, 0.2, 0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]


def rates(patience, factor):
    weight = torch.nn.Parameter(torch.zeros(()))
    optimiser = torch.optim.SGD([weight], lr=1.0)
    schedule = ReduceLROnPlateau(optimiser, mode="max", factor=factor, patience=patience - 1, threshold=0, eps=0)
    found = []
    for score in SCORES:
        found.append(optimiser.param_groups[0]["lr"])
        schedule.step(score)
    return found


cases = [{"patience": p, "factor": f, "rates": rates(p, f)} for p in (1, 2, 3, 5) for f in (0.1, 0.5)]
stored = {"made": f"torch {torch.__version__}", "scores": SCORES, "cases": cases}
(Path(__file__).parent / "plateau.json").write_text(json.dumps(stored) + "\n")
