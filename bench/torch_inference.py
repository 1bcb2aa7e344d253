"""The peer of bench/inference.ts: models of torch_models.py in evaluation mode, their weights taken from a safetensors file.

Each line of its input is a command; the answer to each is a line of milliseconds:
  export dynamo|script PATH   writes the model by torch.onnx.export, weights inside
  run N                       the mean of N runs of eager PyTorch
"""

import json
import os
import re
import sys
import time
import warnings

import torch
from safetensors.torch import load_file
from torch import nn
from torch_models import build

config = json.loads(sys.argv[1])
# The exporter warns of its own insides.
warnings.simplefilter("ignore")
torch.set_num_threads(len(os.sched_getaffinity(0)))


class Inference(nn.Module):
    """A model with the activations that its outputs have where it is used."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *given):
        found = self.model(*given)
        if isinstance(found, torch.Tensor):
            return torch.sigmoid(found)
        au, expr, valence, arousal = found
        return torch.sigmoid(au), torch.softmax(expr, -1), valence, arousal


# PyTorch's names of weights to the specs', rewritten in this order.
names = [
    (r"^fusion\.0\.", "m.fusion.linear[0]."),
    (r"^fusion\.3\.", "m.fusion.linear[1]."),
    (r"^lstm\.(\w+?)_l(\d)$", r"s.temporal_convergence.lstm[\2].\1"),
    (r"^body\.gru\.(\w+?)_l(\d)(|_reverse)$", r"s.gru_stack.stack[\2].\1\3"),
    (r"^body\.blocks\.(\d)\.([ab])\.", r"s.tcn.blocks[\1].\2.conv_time."),
    (r"^body\.blocks\.(\d)\.skip\.", r"s.tcn.blocks[\1].skip.linear."),
    (r"^body\.layers\.layers\.(\d)\.", r"s.transformer.stack[\1]."),
    (r"\.self_attn\.in_proj_", ".attn.qkv."),
    (r"\.self_attn\.out_proj\.", ".attn.proj."),
    (r"\.linear([12])\.", r".ffn.fc\1."),
    (r"^blocks\.(\d+)\.", r"face.trunk.blocks[\1]."),
    (r"\.(qkv|proj)\.", r".attn.\1."),
    (r"\.(fc\d)\.", r".ffn.\1."),
    (r"\.(attn|ffn)\.\1\.", r".\1."),
    (r"^(cls|embed\.\w+)$", r"face.trunk.\1"),
    (r"^norm\.", "face.norm."),
    (r"^head\.", "au.linear."),
    (r"^(au|expr|valence|arousal)\.(?!linear)", r"\1.linear."),
]


def take_weights(model, weights):
    """Fills a model with the weights that a spec's stage begins with; every one of them must find its place."""
    left = set(weights)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            path = name
            for theirs, ours in names:
                path = re.sub(theirs, ours, path)
            value = weights[path]
            left.remove(path)
            if path == "face.trunk.embed.weight":
                # [out, rows × columns × channels] is a kernel [out, channels, rows, columns].
                out, channels, rows, columns = parameter.shape
                value = value.reshape(out, rows, columns, channels).permute(0, 3, 1, 2)
            parameter.copy_(value.reshape(parameter.shape))
    if left:
        raise ValueError(f"no place for {sorted(left)}")


model, given = build(config)
take_weights(model, load_file(config["weights"]))
model = Inference(model).eval()
torch.manual_seed(7)

for line in sys.stdin:
    command, *rest = line.split()
    begun = time.perf_counter()
    if command == "export":
        exporter, path = rest
        torch.onnx.export(
            model,
            tuple(given),
            path,
            input_names=config["inputs"],
            output_names=config["outputs"],
            dynamo=exporter == "dynamo",
            external_data=False,
            verbose=False,
        )
        runs = 1
    else:
        runs = int(rest[0])
        with torch.no_grad():
            for _ in range(runs):
                model(*given)
    print(1000 * (time.perf_counter() - begun) / runs, flush=True)
