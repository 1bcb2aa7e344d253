"""Asks PyTorch for losses with their gradients, and for optimisers' steps; writes training.json beside this file.

    npx tsx scripts/write-training-samples.ts | python test/reference/make_training.py

Losses are over the labelled entries alone; without one the loss is 0 and so is its gradient. All in float64.
"""

import json
import pathlib
import sys

import torch
import torch.nn.functional as F


def numbers(values):
    return torch.tensor(values, dtype=torch.float64)


def classes_costs(case, logits):
    """What each row costs if its class were c, for every c: [rows, classes]."""
    options, width = case["options"], case["width"]
    if case["loss"] == "focal":
        # 1 - p of each class is the share of the others, without cancellation where p is near 1.
        rest = [torch.logsumexp(logits[:, [c for c in range(width) if c != k]], -1) for k in range(width)]
        log_rest = torch.stack(rest, -1) - torch.logsumexp(logits, -1, keepdim=True)
        return torch.exp(options["gamma"] * log_rest) * -F.log_softmax(logits, -1)
    counts = numbers(case["counts"])
    adjusted = logits + options["adjust"] * torch.log(counts / counts.sum())
    delta = counts**-0.25
    delta = options["margin"] * delta / delta.max()
    costs = []
    for c in range(width):
        rows = options["scale"] * (adjusted - delta * F.one_hot(torch.tensor(c), width))
        costs.append(F.cross_entropy(rows, torch.full([case["rows"]], c), reduction="none"))
    return torch.stack(costs, -1)


def units_costs(case, logits):
    """What each entry costs if the unit is there, and if it is not, as the papers write it."""
    options = case["options"]
    p, log_p, log_rest = torch.sigmoid(logits), F.logsigmoid(logits), F.logsigmoid(-logits)
    if case["loss"] == "focal":
        alpha = options.get("alpha")
        rates = (1, 1) if alpha is None else (alpha, 1 - alpha)
        gamma = options["gamma"]
        return rates[0] * torch.sigmoid(-logits) ** gamma * -log_p, rates[1] * p**gamma * -log_rest
    shifted = (p - options["margin"]).clamp(min=0)
    rest = log_rest if options["margin"] == 0 else torch.log(1 - shifted)
    # clamp's slope at the edge is its own; a power below 1 has none there.
    away = torch.where(shifted > 0, shifted.clamp(min=1e-300) ** options["gamma_neg"], torch.zeros_like(p))
    return torch.sigmoid(-logits) ** options["gamma_pos"] * -log_p, away * -rest


def loss_of(case, logits):
    label = numbers(case["label"]).reshape(case["rows"], case["width"])
    mask = numbers(case["mask"]).reshape(case["rows"], -1) > 0
    if not mask.any():
        return 0 * logits.sum()
    weight = numbers(case["weight"]) if case["weight"] else None
    positive = numbers(case["positiveWeight"]) if case["positiveWeight"] else None
    hard = bool(((label == 0) | (label == 1)).all())
    if case["loss"] == "bce":
        return F.binary_cross_entropy_with_logits(logits, label, pos_weight=positive, reduction="none")[mask].mean()
    if case["kind"] == "units":
        there, absent = units_costs(case, logits)
        each = label * there * (1 if positive is None else positive) + (1 - label) * absent
        return (each * (1 if weight is None else weight))[mask].mean()
    if case["loss"] == "ce":
        rows = mask[:, 0]
        target = label.argmax(-1) if hard else label
        return F.cross_entropy(logits[rows], target[rows], weight=weight, label_smoothing=case["options"].get("smoothing", 0))
    if case["kind"] == "classes":
        rows = mask[:, 0]
        shares = label[rows] * (1 if weight is None else weight)
        return (shares * classes_costs(case, logits)[rows]).sum() / shares.sum()
    x, y = torch.tanh(logits)[mask], label[mask]
    if case["loss"] == "mse":
        return F.mse_loss(x, y)
    if case["loss"] == "l1":
        return F.l1_loss(x, y)
    covariance = ((x - x.mean()) * (y - y.mean())).mean()
    spread = x.var(unbiased=False) + y.var(unbiased=False) + (x.mean() - y.mean()) ** 2
    return 1 - 2 * covariance / spread


def divergence_of(case, left, right):
    """The mean over rows of KL(left ‖ right), of units over entries."""
    kinds = {"units": torch.distributions.Bernoulli, "classes": torch.distributions.Categorical}
    made = kinds[case["kind"]]
    return torch.distributions.kl_divergence(made(logits=left), made(logits=right)).mean()


def optimiser_of(case, weights):
    name, settings = case["optimiser"]["name"], case["optimiser"]["settings"]
    common = {"lr": case["rate"], "weight_decay": case["weightDecay"]}
    if name == "sgd":
        return torch.optim.SGD([weights], momentum=settings["momentum"], nesterov=settings["nesterov"] == 1, **common)
    kind = torch.optim.AdamW if name == "adamw" else torch.optim.Adam
    return kind([weights], betas=(settings["beta1"], settings["beta2"]), eps=settings["eps"], **common)


def plain(tensor):
    return [float(f"{entry:.9g}") for entry in tensor.detach().flatten().tolist()]


def main():
    torch.set_default_dtype(torch.float64)
    question = json.load(sys.stdin)
    losses = {}
    for case in question["losses"]:
        logits = numbers(case["logits"]).reshape(case["rows"], case["width"]).requires_grad_()
        loss = loss_of(case, logits)
        loss.backward()
        losses[case["name"]] = {"loss": plain(loss)[0], "gradient": plain(logits.grad)}
    divergences = {}
    for case in question["divergences"]:
        left, right = (numbers(case[side]).reshape(case["rows"], case["width"]).requires_grad_() for side in ("left", "right"))
        loss = divergence_of(case, left, right)
        loss.backward()
        divergences[case["name"]] = {"loss": plain(loss)[0], "left": plain(left.grad), "right": plain(right.grad)}
    optimisers = {}
    for case in question["optimisers"]:
        weights = numbers(case["start"]).requires_grad_()
        optimiser = optimiser_of(case, weights)
        steps = []
        for gradient in case["gradients"]:
            weights.grad = numbers(gradient)
            if case["maxGradientNorm"] is not None:
                torch.nn.utils.clip_grad_norm_([weights], case["maxGradientNorm"])
            optimiser.step()
            steps.append(plain(weights))
        optimisers[case["name"]] = steps
    answer = {"madeWith": {"torch": torch.__version__}, "losses": losses, "divergences": divergences, "optimisers": optimisers}
    pathlib.Path(__file__).with_name("training.json").write_text(json.dumps(answer, separators=(",", ":")) + "\n")


main()
