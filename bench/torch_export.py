"""The peer of bench/compile.ts: ViT-B/16, two LSTM layers over 20 frames and three heads, written by torch.onnx.export.

Each line of its input is `dynamo PATH` or `script PATH`; the answer is a line of milliseconds for the export alone.
"""

import sys
import time
import warnings

import torch
from torch_models import ViTOverTime

# The exporter warns of its own insides.
warnings.simplefilter("ignore")
model = ViTOverTime(12, 768, 12).eval()
images = torch.rand(1, 20, 3, 224, 224)

for line in sys.stdin:
    exporter, path = line.split()
    begun = time.perf_counter()
    torch.onnx.export(
        model,
        (images,),
        path,
        input_names=["image"],
        output_names=["au", "valence", "arousal"],
        dynamo=exporter == "dynamo",
        verbose=False,
    )
    print(1000 * (time.perf_counter() - begun), flush=True)
