"""Ten sharpness-aware steps (arXiv 2010.01412) of the model of balance.json with PyTorch's own optimisers: sharpness.json.

    .venv/bin/python test/reference/make_sharpness.py
"""

import json
from pathlib import Path

import torch

here = Path(__file__).parent
stored = json.loads((here / "balance.json").read_text())
TASKS = ["first", "second", "third"]
ROWS, STEPS = stored["rows"], stored["steps"]

CASES = {
    "sam(sgd(0.2, momentum: 0.9, weight_decay: 0.01), rho: 0.1)": {
        "make": lambda w: torch.optim.SGD(w, 0.2, momentum=0.9, weight_decay=0.01),
        "rho": 0.1,
    },
    "sam(adam(0.01, weight_decay: 0.1))": {
        "make": lambda w: torch.optim.Adam(w, 0.01, weight_decay=0.1),
        "rho": 0.05,
        "max_grad_norm": 0.05,
    },
    "sam(adamw(0.01), rho: 0.3)": {
        "make": lambda w: torch.optim.AdamW(w, 0.01, weight_decay=0.01),
        "rho": 0.3,
        "accumulate": 2,
    },
}


def tensor(values, *shape):
    return torch.tensor(values, dtype=torch.float64).reshape(*shape)


def losses(weights, seen, labels):
    hidden = torch.tanh(seen @ weights["x.linear.weight"].T + weights["x.linear.bias"])
    return torch.stack(
        [
            ((torch.tanh(hidden @ weights[f"{t}.linear.weight"].T + weights[f"{t}.linear.bias"]) - labels[t]) ** 2).mean()
            for t in TASKS
        ]
    )


def run(case):
    shapes = {"x.linear.weight": (5, 6), "x.linear.bias": (5,)}
    shapes |= {f"{t}.linear.{kind}": (1, 5) if kind == "weight" else (1,) for t in TASKS for kind in ("weight", "bias")}
    weights = {name: tensor(stored["start"][name], *shape).requires_grad_() for name, shape in shapes.items()}
    every = list(weights.values())
    optimiser = case["make"](every)
    parts = case.get("accumulate", 1)
    told = []
    for step in range(STEPS):
        seen = tensor(stored["seen"][step], ROWS, 6)
        labels = {t: tensor(stored["labels"][t][step], ROWS, 1) for t in TASKS}
        size = ROWS // parts

        def gradients():
            optimiser.zero_grad()
            found = torch.zeros(len(TASKS), dtype=torch.float64)
            for part in range(parts):
                own = slice(part * size, (part + 1) * size)
                each = losses(weights, seen[own], {t: value[own] for t, value in labels.items()})
                (each.sum() / parts).backward()
                found += each.detach() / parts
            return found

        told.append(gradients().tolist())
        with torch.no_grad():
            own = [w.clone() for w in every]
            norm = torch.sqrt(sum((w.grad**2).sum() for w in every))
            for w in every:
                w += case["rho"] * w.grad / norm
        gradients()
        with torch.no_grad():
            for w, value in zip(every, own, strict=True):
                w.copy_(value)
        if "max_grad_norm" in case:
            torch.nn.utils.clip_grad_norm_(every, case["max_grad_norm"])
        optimiser.step()
    return {
        "accumulate": parts,
        "maxGradientNorm": case.get("max_grad_norm"),
        "losses": told,
        "weights": {name: weight.detach().ravel().tolist() for name, weight in weights.items()},
    }


results = {name: run(case) for name, case in CASES.items()}
made = f"torch {torch.__version__}"
(here / "sharpness.json").write_text(json.dumps({"made": made, "results": results}) + "\n")
