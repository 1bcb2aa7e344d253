"""The peer of bench/cold-start.ts: the same job as a PyTorch script, from its start to the end of an epoch.

Reads the same stored features and the same annotations, and trains on clips of consecutive rows. It writes no checkpoint. At its end it
says the number of steps and the most memory it held, in MiB.
"""

import json
import os
import sys

import torch
from peak_memory import peak_memory
from safetensors.torch import load_file
from torch_models import FromFeatures, joint_loss

config = json.loads(sys.argv[1])
batch, length, width = config["batch"], config["time"], config["width"]
torch.set_num_threads(len(os.sched_getaffinity(0)))
features = [load_file(path)["x"].view(-1, length, width) for path in config["features"]]
with open(config["labels"]) as file:
    rows = [line.split(",")[1:] for line in file.read().splitlines()[1:]]
labels = torch.tensor([[float(cell) for cell in row] for row in rows]).view(
    -1, length, 15
)
model = FromFeatures(width, config["hidden"])
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.05)
steps = 0
for chosen in torch.randperm(len(labels)).split(batch):
    found = model(*(each[chosen] for each in features))
    valence, arousal, expr, au = labels[chosen].split([1, 1, 1, 12], -1)
    loss = joint_loss(found, au, expr.long(), valence, arousal)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    loss.item()
    steps += 1
print(steps, peak_memory())
