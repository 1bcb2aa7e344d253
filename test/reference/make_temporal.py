"""Asks PyTorch for the values and gradients of modules over time and between streams, and writes temporal.json beside this file.

    npx tsx scripts/write-temporal-samples.ts | python test/reference/make_temporal.py

Where PyTorch has the module, it is asked: nn.LSTM and nn.GRU on packed sequences, nn.MultiheadAttention with a padding mask,
nn.TransformerEncoderLayer, nn.Conv1d, nn.BatchNorm1d. All is computed in float64; `y` is that of evaluation, 0 where a frame is padding,
the loss is the sum of squares of training over real frames.
"""

import json
import math
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_sequence, unpack_sequence


class Weights:
    """Weights below a path."""

    def __init__(self, tensors, front=""):
        self.tensors, self.front = tensors, front

    def under(self, name):
        return Weights(self.tensors, f"{self.front}{name}.")

    def __getitem__(self, name):
        return self.tensors[self.front + name]

    def get(self, name):
        return self.tensors.get(self.front + name)


def loaded(module, **weights):
    """A call of a module with these weights in place of its own."""
    return lambda *args, **options: torch.func.functional_call(module, weights, args, options)


def linear(w, x):
    return F.linear(x, w["weight"], w.get("bias"))


def packed(layer, *names):
    """nn.LSTM or nn.GRU over the real frames of each clip alone, one after another, put back where they stood."""

    def run(w, x, real):
        def tensors(name):
            return {
                f"{kind}_l{i}{suffix}": w.under(under)[f"{kind}{suffix}"] if under else w[f"{kind}{suffix}"]
                for i, under in enumerate(name)
                for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
                for suffix in (("", "_reverse") if layer.bidirectional else ("",))
            }

        places = [torch.nonzero(row).flatten() for row in real]
        sequences = pack_sequence([clip[at] for clip, at in zip(x, places)], enforce_sorted=False)
        out, _ = loaded(layer, **tensors(names or ("",)))(sequences)
        y = x.new_zeros(*x.shape[:2], out.data.shape[-1])
        return torch.stack([row.index_put((at,), one) for row, at, one in zip(y, places, unpack_sequence(out))])

    return run


def sine_places(length, width):
    angle = torch.arange(length).unsqueeze(1) * torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    return torch.cat([torch.sin(angle), torch.cos(angle)], -1)


def encoder_layer(w, x, heads, first, padding=None):
    width = x.shape[-1]
    hidden = w["ffn.fc1.weight"].shape[0]
    layer = nn.TransformerEncoderLayer(width, heads, hidden, dropout=0.0, batch_first=True, norm_first=first)
    names = {
        "self_attn.in_proj_weight": "attn.qkv.weight",
        "self_attn.in_proj_bias": "attn.qkv.bias",
        "self_attn.out_proj.weight": "attn.proj.weight",
        "self_attn.out_proj.bias": "attn.proj.bias",
        **{f"linear{i}.{part}": f"ffn.fc{i}.{part}" for i in (1, 2) for part in ("weight", "bias")},
        **{f"norm{i}.{part}": f"norm{i}.{part}" for i in (1, 2) for part in ("weight", "bias")},
    }
    return loaded(layer, **{theirs: w[ours] for theirs, ours in names.items()})(x, src_key_padding_mask=padding)


def transformer(layers, first):
    def run(w, x, real):
        y = x + sine_places(*x.shape[1:])
        for i in range(layers):
            y = encoder_layer(w.under(f"net.stack[{i}]"), y, 2, first, real == 0)
        return y

    return run


def tcn(w, x, _):
    """Residual blocks of two causal convolutions (arXiv 1803.01271), without weight normalisation."""
    y = x.transpose(1, 2)
    for i, out in enumerate((6, 5)):
        block = w.under(f"net.blocks[{i}]")
        z = y
        for part in ("a", "b"):
            kernel = block.under(f"{part}.conv_time")
            convolve = nn.Conv1d(z.shape[1], out, 3, dilation=2**i)
            z = F.relu(loaded(convolve, weight=kernel["weight"], bias=kernel["bias"])(F.pad(z, (2 * 2**i, 0))))
        skip = y if y.shape[1] == out else F.conv1d(y, block["skip.linear.weight"].unsqueeze(-1), block["skip.linear.bias"])
        y = F.relu(z + skip)
    return y.transpose(1, 2)


def away_from_mean(w, x, real):
    means = torch.stack([clip[row == 1].mean(0) for clip, row in zip(x, real)])
    return x - means.unsqueeze(1)


def gated(w, a, b, _):
    net = w.under("net")
    g = torch.sigmoid(linear(net.under("gate"), torch.cat([a, b], -1)))
    return g * linear(net.under("left"), a) + (1 - g) * linear(net.under("right"), b)


def multihead(w, names, query, memory, heads, padding=None):
    q, k, v, out = (w.under(name) for name in names)
    width = query.shape[-1]
    attend = nn.MultiheadAttention(width, heads, batch_first=True, kdim=memory.shape[-1], vdim=memory.shape[-1])
    weights = {
        "q_proj_weight": q["weight"],
        "k_proj_weight": k["weight"],
        "v_proj_weight": v["weight"],
        "in_proj_bias": torch.cat([part["bias"] for part in (q, k, v)]),
        "out_proj.weight": out["weight"],
        "out_proj.bias": out["bias"],
    }
    return loaded(attend, **weights)(query, memory, memory, key_padding_mask=padding)[0]


def cross_modal(w, a, b, real):
    net = w.under("net")
    norms = [loaded(nn.LayerNorm(6), weight=net[f"norm{i}.weight"], bias=net[f"norm{i}.bias"]) for i in (1, 2)]
    x = norms[0](a + multihead(net.under("ask"), ("wq", "wk", "wv", "out"), a, b, 2, real == 0))
    return norms[1](x + linear(net.under("ffn.fc2"), F.relu(linear(net.under("ffn.fc1"), x))))


def leader_follower(w, a, b, _):
    """The attention between modalities of the authors' code for the 3rd ABAW, frame by frame, here with absent modalities masked."""
    net = w.under("net.leader_follower.attend")
    heads, width = 2, 2
    frames = []
    for i in range(len(a)):
        streams = [a[i], b[i]]
        q, k, v = (
            torch.stack([linear(net.under(f"{part}[{j}]"), s) for j, s in enumerate(streams)]).reshape(2, heads, width)
            for part in ("queries", "keys", "values")
        )
        seen = [j for j in range(2) if j == 0 or b[i, 0] > 0]
        mixed = torch.empty(2, 0)
        for head in range(heads):
            shares = torch.softmax(q[:, head] @ k[seen][:, head].T / math.sqrt(width), -1)
            mixed = torch.cat([mixed, shares @ v[seen][:, head] + v[:, head]], -1)
        frames.append(mixed.flatten())
    y = linear(net.under("proj"), torch.stack(frames))
    norm = loaded(nn.LayerNorm(8), weight=net["norm.weight"], bias=net["norm.bias"])
    return torch.cat([a, norm(y)], -1)


def joint_cross_attention(w, a, b, _):
    """arXiv 2304.07958 with features as columns: X [d, L], J = [Xa; Xv], C = tanh(X W J' / √d), H = relu(W X + W C), X + W H."""
    turn = w.under("net.turn")
    maps = {side: [turn[f"h{side}.linear[{i}].weight"] for i in (0, 1)] for side in "av"}

    def attended(side, x, joint):
        correlated = torch.tanh(x @ (joint @ turn[f"c{side}.linear.weight"].T).transpose(1, 2) / math.sqrt(joint.shape[1]))
        hidden = F.relu(F.linear(correlated, maps[side][0]) + F.linear(x, maps[side][1]))
        return x + F.linear(hidden, turn[f"more_{side}.linear.weight"])

    xa, xv = a.transpose(1, 2), b.transpose(1, 2)
    for _ in range(2):
        joint = torch.cat([xa, xv], 1)
        xa, xv = attended("a", xa, joint), attended("v", xv, joint)
    return torch.cat([xa, xv], 1).transpose(1, 2)


def source_tokens(w, a, b, _):
    net = w.under("net.source_tokens")
    tokens = [linear(net.under(f"maps[{i}]"), x) for i, x in enumerate((a, b))]
    rows = torch.stack([net["cls"].expand(len(a), 4), *tokens], 1)
    return encoder_layer(net.under("body[0]"), rows, 2, False)[:, 0]


def nearest(nodes, k):
    """D^-1/2 A D^-1/2 of the k nearest by dot product, a constant."""
    fixed = nodes.detach()
    similar = fixed @ fixed.transpose(1, 2)
    edge = torch.zeros_like(similar).scatter(-1, similar.topk(k, -1).indices, 1.0)
    root = torch.diag_embed(edge.sum(-1) ** -0.5)
    return root @ edge @ root


def graph(after):
    def run(w, x, training):
        nodes = linear(w.under("net.linear"), x).reshape(len(x), 4, 3)
        net = w.under("net.net")
        sent = nearest(nodes, 2) @ linear(net.under("conv.map"), nodes)
        norm = nn.BatchNorm1d(3)
        norm.train(training)
        batch_norm = loaded(
            norm, weight=net["norm.weight"], bias=net["norm.bias"], running_mean=torch.zeros(3), running_var=torch.ones(3),
            num_batches_tracked=torch.tensor(0),
        )
        normed = lambda rows: batch_norm(rows.reshape(-1, 3)).reshape(rows.shape)
        return after(net, nodes, sent, normed).flatten(1)

    return run


ONE = {
    "lstm_both": lambda w, x, real: packed(nn.LSTM(6, 3, batch_first=True, bidirectional=True))(w.under("lstm"), x, real),
    "lstm_on": lambda w, x, real: packed(nn.LSTM(6, 3, batch_first=True))(w.under("lstm"), x, real),
    "gru_both": lambda w, x, real: packed(nn.GRU(6, 3, batch_first=True, bidirectional=True))(w.under("gru"), x, real),
    "gru_deep": lambda w, x, real: packed(nn.GRU(6, 3, 2, batch_first=True, bidirectional=True), "stack[0]", "stack[1]")(
        w.under("net"), x, real
    ),
    "attending": transformer(2, False),
    "later": transformer(1, True),
    "convolving": tcn,
    "mean_of": away_from_mean,
    "near": graph(lambda net, nodes, sent, normed: F.relu(normed(sent))),
    "beside": graph(lambda net, nodes, sent, normed: F.relu(nodes + normed(linear(net.under("own"), nodes) + sent))),
}
TWO = {
    "weighing": gated,
    "asking": cross_modal,
    "led": leader_follower,
    "correlating": joint_cross_attention,
    "tokens": source_tokens,
}


def plain(tensor):
    return [float(f"{entry:.9g}") for entry in tensor.detach().flatten().tolist()]


def tensors_of(numbers):
    return {name: torch.tensor(given["values"]).reshape(given["shape"]) for name, given in numbers.items()}


def answer(question):
    label = question["label"]
    parameters = {name: tensor.double().requires_grad_() for name, tensor in tensors_of(question["parameters"]).items()}
    feeds = {name: tensor.double() for name, tensor in tensors_of(question["feeds"]).items()}
    w = Weights(parameters)
    real = feeds.get("present")

    def y(training):
        last = training if label in ("near", "beside") else real
        if label in ONE:
            made = ONE[label](w.under("y"), linear(w.under("x.linear"), feeds["video"]), last)
        else:
            a, b = linear(w.under("a.linear"), feeds["video"]), linear(w.under("b.linear"), feeds["audio"])
            made = TWO[label](w.under("y"), a, b, last)
        return made if real is None else made * real.unsqueeze(-1)

    loss = (y(True) ** 2).sum()
    gradients = torch.autograd.grad(loss, list(parameters.values()))
    return {
        "label": label,
        "y": plain(y(False)),
        "loss": plain(loss)[0],
        "gradients": {name: plain(gradient) for name, gradient in zip(parameters, gradients)},
    }


def main():
    torch.set_default_dtype(torch.float64)
    cases = [answer(question) for question in json.load(sys.stdin)]
    # One case a line, so that a difference shows what changed.
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    text = f'{{"madeWith":{json.dumps({"torch": torch.__version__})},\n"cases":[\n{lines}\n]}}\n'
    pathlib.Path(__file__).with_name("temporal.json").write_text(text)


main()
