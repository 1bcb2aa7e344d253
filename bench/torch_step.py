"""The peer of bench/step.ts: the same models as people write them in PyTorch, eager, with torch.optim.AdamW.

Reads the number of steps of a round from each line of its input and answers with milliseconds for a step. `device` names where it runs;
`compile` goes through torch.compile, `bf16` through autocast.
"""

import json
import os
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

config = json.loads(sys.argv[1])
torch.manual_seed(7)
torch.set_num_threads(len(os.sched_getaffinity(0)))
device = torch.device(config.get("device", "cpu"))
autocast = torch.autocast(device.type, torch.bfloat16, enabled=config.get("bf16", False))


def ccc_loss(x, y):
    covariance = ((x - x.mean()) * (y - y.mean())).mean()
    spread = x.var(unbiased=False) + y.var(unbiased=False) + (x.mean() - y.mean()) ** 2
    return 1 - 2 * covariance / spread


class FromFeatures(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fusion = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Dropout(0.3), nn.Linear(width, width))
        self.lstm = nn.LSTM(width, hidden, num_layers=2, batch_first=True)
        self.au, self.expr = nn.Linear(hidden, 12), nn.Linear(hidden, 8)
        self.valence, self.arousal = nn.Linear(hidden, 1), nn.Linear(hidden, 1)

    def forward(self, a, b):
        y, _ = self.lstm(F.leaky_relu(self.fusion(a + b), 0.1))
        return self.au(y), self.expr(y), torch.tanh(self.valence(y)), torch.tanh(self.arousal(y))


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.fc1, self.fc2 = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, d)
        x = x + self.proj(a)
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class ViT(nn.Module):
    def __init__(self, depth, dim, heads, patch=16):
        super().__init__()
        self.embed = nn.Conv2d(3, dim, patch, patch)
        self.cls = nn.Parameter(torch.randn(1, 1, dim) * 0.02)
        self.place = nn.Parameter(torch.randn(1, 196, dim) * 0.02, requires_grad=False)
        self.blocks = nn.Sequential(*[Block(dim, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, 12)

    def forward(self, images):
        x = self.embed(images.permute(0, 3, 1, 2) / 255).flatten(2).transpose(1, 2) + self.place
        x = self.blocks(torch.cat([self.cls.expand(len(x), -1, -1), x], 1))
        return self.head(self.norm(x[:, 1:].mean(1)))


class TcnBlock(nn.Module):
    def __init__(self, into, out, dilation, kernel=5):
        super().__init__()
        self.pad = (kernel - 1) * dilation
        self.a, self.b = nn.Conv1d(into, out, kernel, dilation=dilation), nn.Conv1d(out, out, kernel, dilation=dilation)
        self.skip = nn.Identity() if into == out else nn.Conv1d(into, out, 1)
        self.drop = nn.Dropout(0.1)

    def forward(self, x):
        y = self.drop(F.relu(self.a(F.pad(x, (self.pad, 0)))))
        y = self.drop(F.relu(self.b(F.pad(y, (self.pad, 0)))))
        return F.relu(y + self.skip(x))


class Tcn(nn.Module):
    def __init__(self, width, channels=(512, 256, 256, 128)):
        super().__init__()
        sizes = zip((width, *channels), channels)
        self.blocks = nn.Sequential(*[TcnBlock(a, b, 2**i) for i, (a, b) in enumerate(sizes)])
        self.out = channels[-1]

    def forward(self, x):
        return self.blocks(x.transpose(1, 2)).transpose(1, 2)


class Gru(nn.Module):
    def __init__(self, width, hidden=256):
        super().__init__()
        self.gru = nn.GRU(width, hidden, num_layers=2, batch_first=True, bidirectional=True)
        self.out = 2 * hidden

    def forward(self, x):
        return self.gru(x)[0]


class Transformer(nn.Module):
    def __init__(self, width, longest=512):
        super().__init__()
        angles = torch.arange(longest)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
        self.register_buffer("place", torch.stack([angles.sin(), angles.cos()], -1).flatten(1))
        layer = nn.TransformerEncoderLayer(width, 8, 1024, dropout=0.1, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.drop = nn.Dropout(0.1)
        self.out = width

    def forward(self, x):
        return self.layers(self.drop(x + self.place[: x.shape[1]]))


class Nothing(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.out = width

    def forward(self, x):
        return x


class OverTime(nn.Module):
    def __init__(self, kind, width):
        super().__init__()
        self.body = {"gru": Gru, "tcn": Tcn, "transformer": Transformer, "heads": Nothing}[kind](width)
        out = self.body.out
        self.au, self.expr = nn.Linear(out, 12), nn.Linear(out, 8)
        self.valence, self.arousal = nn.Linear(out, 1), nn.Linear(out, 1)

    def forward(self, x):
        y = self.body(x)
        return self.au(y), self.expr(y), torch.tanh(self.valence(y)), torch.tanh(self.arousal(y))


batch = config["batch"]
if config["kind"] != "vit":
    width = config["width"]
    lead = (batch, config["time"]) if "time" in config else (batch,)
    if config["kind"] == "features":
        model = FromFeatures(width, config["hidden"]).to(device)
        given = [torch.rand(*lead, width, device=device) * 2 - 1 for _ in range(2)]
    else:
        model = OverTime(config["kind"], width).to(device)
        given = [torch.rand(*lead, width, device=device) * 2 - 1]
    au = (torch.rand(*lead, 12, device=device) < 0.3).float()
    expr = torch.randint(0, 8, lead, device=device)
    valence, arousal = (torch.rand(*lead, 1, device=device) * 2 - 1 for _ in range(2))

    def loss_of():
        found = model(*given)
        return (
            F.binary_cross_entropy_with_logits(found[0], au)
            + F.cross_entropy(found[1].flatten(0, -2), expr.flatten())
            + ccc_loss(found[2], valence)
            + ccc_loss(found[3], arousal)
        )

else:
    model = ViT(config["depth"], config["dim"], config["heads"]).to(device)
    images = torch.randint(0, 256, (batch, 224, 224, 3), dtype=torch.uint8, device=device)
    au = (torch.rand(batch, 12, device=device) < 0.3).float()

    def loss_of():
        return F.binary_cross_entropy_with_logits(model(images), au)


if config.get("compile", False):
    model = torch.compile(model)
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.05)
for line in sys.stdin:
    steps = int(line)
    begun = time.perf_counter()
    for _ in range(steps):
        optimiser.zero_grad()
        with autocast:
            loss = loss_of()
        loss.backward()
        optimiser.step()
        loss.item()
    print(1000 * (time.perf_counter() - begun) / steps, flush=True)
