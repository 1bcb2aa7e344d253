"""The peer of bench/step.ts: the same models as people write them in PyTorch, eager, with torch.optim.AdamW.

Reads the number of steps of a round from each line of its input and answers with milliseconds for a step. `device` names where it runs;
`compile` goes through torch.compile, `bf16` through autocast. To `peak` it answers with the most memory it ever held, in MiB.
"""

import json
import os
import sys
import time

import torch
import torch.nn.functional as F
from peak_memory import peak_memory
from torch_models import build, joint_loss

config = json.loads(sys.argv[1])
torch.manual_seed(7)
torch.set_num_threads(len(os.sched_getaffinity(0)))
device = torch.device(config.get("device", "cpu"))
autocast = torch.autocast(device.type, torch.bfloat16, enabled=config.get("bf16", False))


model, given = build(config, device)
if config["kind"] == "vit":
    au = (torch.rand(config["batch"], 12, device=device) < 0.3).float()

    def loss_of():
        return F.binary_cross_entropy_with_logits(model(*given), au)

else:
    lead = given[0].shape[:-1]
    au = (torch.rand(*lead, 12, device=device) < 0.3).float()
    expr = torch.randint(0, 8, lead, device=device)
    valence, arousal = (torch.rand(*lead, 1, device=device) * 2 - 1 for _ in range(2))

    def loss_of():
        return joint_loss(model(*given), au, expr, valence, arousal)


if config.get("compile", False):
    model = torch.compile(model)
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.05)
for line in sys.stdin:
    if line.strip() == "peak":
        print(peak_memory(), flush=True)
        continue
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
