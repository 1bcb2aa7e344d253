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
    def __init__(self, depth, dim, heads=6, patch=16):
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


batch = config["batch"]
if config["kind"] == "features":
    model = FromFeatures(config["width"], config["hidden"]).to(device)
    lead = (batch, config["time"])
    a, b = (torch.rand(*lead, config["width"], device=device) * 2 - 1 for _ in range(2))
    au = (torch.rand(*lead, 12, device=device) < 0.3).float()
    expr = torch.randint(0, 8, lead, device=device)
    valence, arousal = (torch.rand(*lead, 1, device=device) * 2 - 1 for _ in range(2))

    def loss_of():
        found = model(a, b)
        return (
            F.binary_cross_entropy_with_logits(found[0], au)
            + F.cross_entropy(found[1].flatten(0, 1), expr.flatten())
            + ccc_loss(found[2], valence)
            + ccc_loss(found[3], arousal)
        )

else:
    model = ViT(config["depth"], config["dim"]).to(device)
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
