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


def loss_of(case, logits):
    label = numbers(case["label"]).reshape(case["rows"], case["width"])
    mask = numbers(case["mask"]).reshape(case["rows"], -1) > 0
    if not mask.any():
        return 0 * logits.sum()
    weight = numbers(case["weight"]) if case["weight"] else None
    if case["loss"] == "bce":
        positive = numbers(case["positiveWeight"]) if case["positiveWeight"] else None
        return F.binary_cross_entropy_with_logits(logits, label, pos_weight=positive, reduction="none")[mask].mean()
    if case["loss"] == "ce":
        rows = mask[:, 0]
        return F.cross_entropy(logits[rows], label.argmax(-1)[rows], weight=weight)
    x, y = torch.tanh(logits)[mask], label[mask]
    if case["loss"] == "mse":
        return F.mse_loss(x, y)
    if case["loss"] == "l1":
        return F.l1_loss(x, y)
    covariance = ((x - x.mean()) * (y - y.mean())).mean()
    spread = x.var(unbiased=False) + y.var(unbiased=False) + (x.mean() - y.mean()) ** 2
    return 1 - 2 * covariance / spread


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
    answer = {"madeWith": {"torch": torch.__version__}, "losses": losses, "optimisers": optimisers}
    pathlib.Path(__file__).with_name("training.json").write_text(json.dumps(answer, separators=(",", ":")) + "\n")


main()
