"""Follows the joint model of test/joint/joint.abaw for 20 steps in PyTorch and writes the losses and last weights to joint.json.

    npx tsx scripts/write-joint-sample.ts | python test/reference/make_joint.py

Fusion (equation 1 of the paper), two LSTM layers behind a leaky ReLU, three heads; binary cross-entropy, cross-entropy and 1 - CCC
over the entries that have a label; gradients clipped by norm; AdamW; a moving average of the weights. All in float64.
"""

import json
import pathlib
import sys

import torch
import torch.nn.functional as F


def tensor_of(numbers):
    return torch.tensor(numbers["values"], dtype=torch.float64).reshape(numbers["shape"])


class Joint(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.Linear(48, 12)
        self.fusion_in = torch.nn.Linear(12, 10)
        self.fusion_out = torch.nn.Linear(10, 12)
        self.lstm0 = torch.nn.LSTM(12, 8, batch_first=True)
        self.lstm1 = torch.nn.LSTM(8, 8, batch_first=True)
        self.au = torch.nn.Linear(8, 12)
        self.expr = torch.nn.Linear(8, 8)
        self.valence = torch.nn.Linear(8, 1)

    def forward(self, images, features):
        pixels = images.permute(0, 1, 4, 2, 3).flatten(2) / 255
        m = self.encoder(pixels) + sum(features)
        m = self.fusion_out(F.relu(self.fusion_in(m)))
        y, _ = self.lstm0(F.leaky_relu(m, 0.1))
        y, _ = self.lstm1(y)
        return self.au(y), self.expr(y), torch.tanh(self.valence(y))


NAMES = {
    "x.linear": "encoder",
    "m.fusion.linear[0]": "fusion_in",
    "m.fusion.linear[1]": "fusion_out",
    "y.temporal_convergence.lstm[0]": "lstm0",
    "y.temporal_convergence.lstm[1]": "lstm1",
    "au.linear": "au",
    "expr.linear": "expr",
    "valence.linear": "valence",
}


def torch_name(path):
    layer, leaf = path.rsplit(".", 1)
    suffix = "_l0" if "lstm" in layer else ""
    return f"{NAMES[layer]}.{leaf}{suffix}"


def losses(outputs, batch, facts):
    au, expr, valence = outputs
    # A zero with gradients of zero: AdamW would leave a weight without a gradient out, and its momentum with it.
    zero = 0 * sum(output.sum() for output in outputs)
    mask = batch["au.mask"] > 0
    each = F.binary_cross_entropy_with_logits(au, batch["au.label"], pos_weight=facts["pos_weight/au"], reduction="none")
    loss_au = each[mask].mean() if mask.any() else zero
    rows = batch["expr.mask"][..., 0] > 0
    classes = batch["expr.label"].argmax(-1)
    loss_expr = F.cross_entropy(expr[rows], classes[rows], weight=facts["balanced/expr"]) if rows.any() else zero
    rows = batch["valence.mask"] > 0
    x, y = valence[rows], batch["valence.label"][rows]
    loss_valence = zero
    if rows.any():
        covariance = ((x - x.mean()) * (y - y.mean())).mean()
        spread = x.var(unbiased=False) + y.var(unbiased=False) + (x.mean() - y.mean()) ** 2
        loss_valence = 1 - 2 * covariance / spread
    return {"au": loss_au, "expr": 0.5 * loss_expr, "valence": 2 * loss_valence}


def main():
    torch.set_default_dtype(torch.float64)
    question = json.load(sys.stdin)
    settings = question["optimiser"]["settings"]
    model = Joint()
    model.load_state_dict({torch_name(path): tensor_of(value) for path, value in question["parameters"].items()})
    facts = {name: tensor_of(value) for name, value in question["facts"].items()}
    batches = [{name: tensor_of(value) for name, value in batch.items()} for batch in question["batches"]]
    optimiser = torch.optim.AdamW(
        model.parameters(),
        lr=question["rate"],
        betas=(settings["beta1"], settings["beta2"]),
        eps=settings["eps"],
        weight_decay=question["weightDecay"],
    )
    average = {name: value.detach().clone() for name, value in model.named_parameters()}
    steps = []
    for step in range(question["steps"]):
        batch = batches[step % len(batches)]
        terms = losses(model(batch["image"], [batch["alone(au).x"], batch["alone(valence).x"]]), batch, facts)
        total = sum(terms.values())
        optimiser.zero_grad()
        total.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), question["maxGradientNorm"])
        optimiser.step()
        with torch.no_grad():
            for name, value in model.named_parameters():
                average[name] += (1 - question["ema"]) * (value - average[name])
        steps.append({"norm": norm.item(), **{name: term.item() for name, term in terms.items()}})
    weights = dict(model.named_parameters())
    plain = lambda tensor: [float(f"{entry:.9g}") for entry in tensor.detach().flatten().tolist()]
    answer = {
        "madeWith": {"torch": torch.__version__},
        "steps": steps,
        "weights": {path: plain(weights[torch_name(path)]) for path in question["parameters"]},
        "average": {path: plain(average[torch_name(path)]) for path in question["parameters"]},
    }
    pathlib.Path(__file__).with_name("joint.json").write_text(json.dumps(answer, separators=(",", ":")) + "\n")


main()
