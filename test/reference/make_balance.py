"""Trains a small model of three tasks for ten steps with each balancer, from the papers' equations on gradients as vectors: balance.json.

    .venv/bin/python test/reference/make_balance.py

Quadratic problems are left to SciPy; what is learned (uncertainties, GradNorm's and FAMO's weights) to PyTorch's autograd and Adam.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import fsolve, minimize, nnls

here = Path(__file__).parent
sys.path.insert(0, str(here / "../../runtime/engines/torch/python"))
from randoms import hash

TASKS = ["first", "second", "third"]
STEPS, ROWS, WIDTH, HIDDEN, PER_EPOCH, SEED, RATE = 10, 8, 6, 5, 3, 3, 0.2
SHARED = ["x.linear.weight", "x.linear.bias"]


def start():
    random = np.random.default_rng(17)
    weights = {
        "x.linear.weight": random.normal(0, 0.6, (HIDDEN, WIDTH)),
        "x.linear.bias": random.normal(0, 0.1, HIDDEN),
    }
    for task in TASKS:
        weights[f"{task}.linear.weight"] = random.normal(0, 0.8, (1, HIDDEN))
        weights[f"{task}.linear.bias"] = random.normal(0, 0.1, 1)
    seen = random.normal(0, 1, (STEPS, ROWS, WIDTH))
    # Tasks at odds, of unlike sizes: the second wants the contrary of the first, the third is noise.
    plan = np.tanh(seen @ random.normal(0, 0.7, (WIDTH, 1)))
    labels = {
        "first": plan,
        "second": -0.3 * plan + 0.1 * random.normal(0, 1, plan.shape),
        "third": random.uniform(-1, 1, plan.shape),
    }
    single = lambda array: array.astype(np.float32).astype(np.float64)
    return (
        {name: single(value) for name, value in weights.items()},
        single(seen),
        {name: single(np.clip(value, -1, 1)) for name, value in labels.items()},
    )


class Model:
    def __init__(self):
        weights, self.seen, self.labels = start()
        self.weights = {
            name: torch.tensor(value, requires_grad=True)
            for name, value in weights.items()
        }

    def losses(self, step):
        w = self.weights
        x = torch.tanh(
            torch.tensor(self.seen[step]) @ w["x.linear.weight"].T + w["x.linear.bias"]
        )
        found = []
        for task in TASKS:
            out = torch.tanh(
                x @ w[f"{task}.linear.weight"].T + w[f"{task}.linear.bias"]
            )
            found.append(((out - torch.tensor(self.labels[task][step])) ** 2).mean())
        return torch.stack(found)

    def gradients(self, losses):
        """Of every task by name of a weight; none as zeros."""
        found = []
        for loss in losses:
            grads = torch.autograd.grad(
                loss, list(self.weights.values()), retain_graph=True, allow_unused=True
            )
            found.append(
                {
                    name: torch.zeros_like(weight) if grad is None else grad
                    for (name, weight), grad in zip(
                        self.weights.items(), grads, strict=True
                    )
                }
            )
        return found

    def update(self, gradients):
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight -= RATE * gradients[name]


def shared(gradient):
    return np.concatenate([gradient[name].numpy().ravel() for name in SHARED])


def pcgrad(vectors, step):
    """Algorithm 1 of arXiv 2001.06782; the order is that of the runtime."""
    total = np.zeros_like(vectors[0])
    for i, own in enumerate(vectors):
        left = own.copy()
        others = [j for j in range(len(vectors)) if j != i]
        for j in sorted(others, key=lambda j: hash(SEED, step, i, j, 0x9C6D)):
            product = left @ vectors[j]
            if product < 0:
                left -= product / (vectors[j] @ vectors[j]) * vectors[j]
        total += left
    return total


def on_simplex(value, count):
    best = None
    for first in [np.full(count, 1 / count), *np.eye(count) * 0.9 + 0.1 / count]:
        found = minimize(
            value,
            first,
            bounds=[(0, 1)] * count,
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
            method="SLSQP",
            options={"ftol": 1e-16, "maxiter": 2000},
        )
        if best is None or found.fun < best.fun:
            best = found
    return best.x


def mgda(vectors, _):
    """Equation 3 of arXiv 1810.04650."""
    matrix = np.stack(vectors)
    return on_simplex(lambda w: ((w @ matrix) ** 2).sum(), len(vectors)) @ matrix


def cagrad(vectors, _, c=0.5):
    """Algorithm 1 of arXiv 2110.14048."""
    matrix = np.stack(vectors)
    mean = matrix.mean(0)
    radius = c * np.linalg.norm(mean)
    w = on_simplex(
        lambda w: (w @ matrix) @ mean + radius * np.linalg.norm(w @ matrix),
        len(vectors),
    )
    way = w @ matrix
    return mean + radius * way / np.linalg.norm(way)


def nash_mtl(vectors, _):
    """Claim 3.1 of arXiv 2202.01017, in logarithms, so that the weights stay positive."""
    matrix = np.stack(vectors)
    gram = matrix @ matrix.T
    logs = fsolve(
        lambda logs: (
            np.log(np.maximum(gram @ np.exp(logs), 1e-300)) + logs
            if (gram @ np.exp(logs) > 0).all()
            else gram @ np.exp(logs) - np.exp(-logs)
        ),
        -0.5 * np.log(np.diag(gram) * len(vectors)),
        xtol=1e-13,
    )
    alpha = np.exp(logs)
    assert np.allclose(gram @ alpha * alpha, 1, atol=1e-8), gram @ alpha * alpha
    return alpha @ matrix


def upgrad(vectors, _):
    """Definition 3 of arXiv 2406.16232: each gradient projected onto the dual cone of all."""
    matrix = np.stack(vectors)
    return np.mean([own + nnls(matrix.T, -own)[0] @ matrix for own in vectors], axis=0)


def imtl(vectors, _):
    """Equation 5 of Liu and others, ICLR 2021."""
    units = [own / np.linalg.norm(own) for own in vectors]
    differences = np.stack([vectors[0] - own for own in vectors[1:]])
    unit_differences = np.stack([units[0] - own for own in units[1:]])
    rest = (
        vectors[0]
        @ unit_differences.T
        @ np.linalg.inv(differences @ unit_differences.T)
    )
    alpha = np.concatenate([[1 - rest.sum()], rest])
    return alpha @ np.stack(vectors)


def by_gradients(combine):
    def run(model):
        history = []
        for step in range(STEPS):
            losses = model.losses(step)
            gradients = model.gradients(losses)
            direction = combine([shared(gradient) for gradient in gradients], step + 1)
            total = {
                name: sum(gradient[name] for gradient in gradients)
                for name in model.weights
            }
            at = 0
            for name in SHARED:
                size = total[name].numel()
                total[name] = torch.tensor(direction[at : at + size]).reshape(
                    total[name].shape
                )
                at += size
            model.update(total)
            history.append(losses.tolist())
        return history

    return run


def by_weights(make):
    def run(model):
        weigh, learn = make(model)
        history = []
        for step in range(STEPS):
            losses = model.losses(step)
            weights = weigh(losses, step)
            gradients = model.gradients(losses)
            total = {
                name: sum(
                    float(w) * gradient[name]
                    for w, gradient in zip(weights, gradients, strict=True)
                )
                for name in model.weights
            }
            model.update(total)
            learn(losses, step)
            history.append(losses.tolist())
        return history

    return run


def uncertainty(_):
    """Equation 10 of arXiv 1705.07115 with the logarithm of each variance."""
    logs = torch.zeros(len(TASKS), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([logs], lr=RATE)

    def learn(losses, _):
        optimiser.zero_grad()
        (0.5 * torch.exp(-logs) * losses.detach() + 0.5 * logs).sum().backward()
        optimiser.step()

    return lambda losses, step: 0.5 * torch.exp(-logs).detach(), learn


def dwa(_, temperature=2.0):
    """Equation 7 of arXiv 1803.10704."""
    seen, means = [], []

    def weigh(losses, _):
        if len(means) < 2:
            return [1.0] * len(TASKS)
        ratios = [
            math.exp(last / before / temperature)
            for before, last in zip(*means[-2:], strict=True)
        ]
        return [len(TASKS) * ratio / sum(ratios) for ratio in ratios]

    def learn(losses, step):
        seen.append(losses.detach().numpy())
        if (step + 1) % PER_EPOCH == 0:
            means.append(np.mean(seen, axis=0))
            seen.clear()

    return weigh, learn


def normalized(_):
    return lambda losses, step: 1 / losses.detach(), lambda losses, step: None


def famo(model):
    """Algorithm 1 of arXiv 2306.03792, with the rate and the decay of its experiments."""
    logits = torch.zeros(len(TASKS), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([logits], lr=0.025, weight_decay=1e-3)

    def weigh(losses, _):
        share = torch.softmax(logits.detach(), 0) / (losses.detach() + 1e-8)
        return share / share.sum()

    def learn(losses, step):
        fall = (losses.detach() + 1e-8).log() - (
            model.losses(step).detach() + 1e-8
        ).log()
        optimiser.zero_grad()
        torch.softmax(logits, 0).backward(fall)
        optimiser.step()

    return weigh, learn


def gradnorm(model, alpha=1.5):
    """Algorithm 1 of arXiv 1711.02257 over all weights that tasks share."""
    weights = torch.ones(len(TASKS), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([weights], lr=0.025)
    first, pending = [], []

    def weigh(losses, _):
        first or first.append(losses.detach())
        lengths = torch.tensor(
            [np.linalg.norm(shared(gradient)) for gradient in model.gradients(losses)]
        )
        pending[:] = [lengths]
        return weights.detach().clone()

    def learn(losses, _):
        norms = weights * pending[0]
        falls = losses.detach() / first[0]
        target = (norms.mean() * (falls / falls.mean()) ** alpha).detach()
        optimiser.zero_grad()
        (norms - target).abs().sum().backward()
        optimiser.step()
        with torch.no_grad():
            weights.mul_(len(TASKS) / weights.sum())

    return weigh, learn


ALGORITHMS = {
    "none": by_weights(
        lambda _: (lambda losses, step: [1.0] * len(TASKS), lambda losses, step: None)
    ),
    "uncertainty": by_weights(uncertainty),
    "dwa": by_weights(dwa),
    "normalized": by_weights(normalized),
    "gradnorm": by_weights(gradnorm),
    "famo": by_weights(famo),
    "pcgrad": by_gradients(pcgrad),
    "cagrad": by_gradients(cagrad),
    "mgda": by_gradients(mgda),
    "nash_mtl": by_gradients(nash_mtl),
    "upgrad": by_gradients(upgrad),
    "imtl": by_gradients(imtl),
}


def main():
    weights, seen, labels = start()
    flat = lambda array: [float(np.float32(value)) for value in np.ravel(array)]
    results = {}
    for name, run in ALGORITHMS.items():
        model = Model()
        losses = run(model)
        results[name] = {
            "losses": losses,
            "weights": {
                key: value.detach().numpy().ravel().tolist()
                for key, value in model.weights.items()
            },
        }
    settings = {
        "steps": STEPS,
        "rows": ROWS,
        "perEpoch": PER_EPOCH,
        "seed": SEED,
        "rate": RATE,
    }
    stored = {
        "made": f"numpy {np.__version__}, torch {torch.__version__}",
        **settings,
        "start": {name: flat(value) for name, value in weights.items()},
        "seen": [flat(step) for step in seen],
        "labels": {task: [flat(step) for step in labels[task]] for task in TASKS},
        "results": results,
    }
    (here / "balance.json").write_text(json.dumps(stored) + "\n")


main()
