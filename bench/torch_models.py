"""The benchmarks' models as people write them in PyTorch, and numbers to feed them."""

import torch
import torch.nn.functional as F
from torch import nn


def sincos(places, width):
    """The sines and cosines of positions, halves side by side, [places, width]."""
    angles = places.flatten()[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.cat([angles.sin(), angles.cos()], 1)


class FromFeatures(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fusion = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Dropout(0.3), nn.Linear(width, width))
        self.lstm = nn.LSTM(width, hidden, num_layers=2, batch_first=True)
        self.au, self.expr = nn.Linear(hidden, 12), nn.Linear(hidden, 8)
        self.valence, self.arousal = nn.Linear(hidden, 1), nn.Linear(hidden, 1)

    def forward(self, a, b):
        y, _ = self.lstm(F.leaky_relu(self.fusion(a + b), 0.1))
        return (
            self.au(y),
            self.expr(y),
            torch.tanh(self.valence(y)),
            torch.tanh(self.arousal(y)),
        )


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
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
        rows, columns = torch.meshgrid(torch.arange(14.0), torch.arange(14.0), indexing="ij")
        self.register_buffer("place", torch.cat([sincos(columns, dim // 2), sincos(rows, dim // 2)], 1))
        self.blocks = nn.Sequential(*[Block(dim, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, 12)

    def features(self, images):
        x = self.embed(images).flatten(2).transpose(1, 2) + self.place
        x = self.blocks(torch.cat([self.cls.expand(len(x), -1, -1), x], 1))
        return self.norm(x[:, 1:].mean(1))

    def forward(self, images):
        return self.head(self.features(images.permute(0, 3, 1, 2) / 255))


class ViTOverTime(nn.Module):
    """The features of every frame, two LSTM layers, three heads."""

    def __init__(self, depth, dim, heads):
        super().__init__()
        self.face = ViT(depth, dim, heads)
        self.lstm = nn.LSTM(dim, dim, num_layers=2, batch_first=True)
        self.au, self.valence, self.arousal = nn.Linear(dim, 12), nn.Linear(dim, 1), nn.Linear(dim, 1)

    def forward(self, images):
        batch, time = images.shape[:2]
        x = F.leaky_relu(self.face.features(images.flatten(0, 1)).unflatten(0, (batch, time)), 0.1)
        y, _ = self.lstm(x)
        return torch.sigmoid(self.au(y)), torch.tanh(self.valence(y)), torch.tanh(self.arousal(y))


class TcnBlock(nn.Module):
    def __init__(self, into, out, dilation, kernel=5):
        super().__init__()
        self.pad = (kernel - 1) * dilation
        self.a = nn.Conv1d(into, out, kernel, dilation=dilation)
        self.b = nn.Conv1d(out, out, kernel, dilation=dilation)
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
        self.register_buffer("place", sincos(torch.arange(longest), width))
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
        self.body = {
            "gru": Gru,
            "tcn": Tcn,
            "transformer": Transformer,
            "heads": Nothing,
        }[kind](width)
        out = self.body.out
        self.au, self.expr = nn.Linear(out, 12), nn.Linear(out, 8)
        self.valence, self.arousal = nn.Linear(out, 1), nn.Linear(out, 1)

    def forward(self, x):
        y = self.body(x)
        return (
            self.au(y),
            self.expr(y),
            torch.tanh(self.valence(y)),
            torch.tanh(self.arousal(y)),
        )


def build(config, device="cpu"):
    """The model that a configuration names, in training mode, and its inputs."""
    if config["kind"] == "vit":
        model = ViT(config["depth"], config["dim"], config["heads"])
        given = [torch.randint(0, 256, (config["batch"], 224, 224, 3), dtype=torch.uint8, device=device)]
        return model.to(device), given
    width = config["width"]
    lead = (config["batch"], config["time"]) if "time" in config else (config["batch"],)
    fused = config["kind"] == "features"
    model = FromFeatures(width, config["hidden"]) if fused else OverTime(config["kind"], width)
    return model.to(device), [torch.rand(*lead, width, device=device) * 2 - 1 for _ in range(2 if fused else 1)]


def ccc_loss(x, y):
    covariance = ((x - x.mean()) * (y - y.mean())).mean()
    spread = x.var(unbiased=False) + y.var(unbiased=False) + (x.mean() - y.mean()) ** 2
    return 1 - 2 * covariance / spread


def joint_loss(found, au, expr, valence, arousal):
    """The loss of four heads: units [.., 12], expressions as numbers of classes [..], valence and arousal [.., 1]."""
    return (
        F.binary_cross_entropy_with_logits(found[0], au)
        + F.cross_entropy(found[1].flatten(0, -2), expr.flatten())
        + ccc_loss(found[2], valence)
        + ccc_loss(found[3], arousal)
    )
