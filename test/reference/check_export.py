"""Runs exported files in Python's onnxruntime on the samples of scripts/write-export-samples.ts, and compares.

    python test/reference/check_export.py RUN/export/*.onnx

Every file must pass onnx.checker with full check, and give the runtime's numbers within 1e-5 at every shape.
"""

import json
import struct
import sys

import numpy
import onnx
import onnxruntime

TOLERANCE = 1e-5


def tensors_of(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    return {
        name: numpy.frombuffer(data[slice(*entry["data_offsets"])], numpy.float32).reshape(entry["shape"])
        for name, entry in header.items()
    }


for path in sys.argv[1:]:
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    samples = tensors_of(path.removesuffix(".onnx") + ".samples.safetensors")
    for i in sorted({name.split("/")[0] for name in samples}):
        feeds = {name.split("/", 2)[2]: value for name, value in samples.items() if name.startswith(f"{i}/input/")}
        names = [output.name for output in session.get_outputs()]
        found = dict(zip(names, session.run(names, feeds)))
        worst = max(
            float(numpy.abs(found[name].ravel() - samples[f"{i}/output/{name}"]).max()) for name in names
        )
        shape = next(iter(feeds.values())).shape
        print(f"{path} at {shape}: {worst:.1e}")
        if not worst <= TOLERANCE:
            sys.exit(f"more than {TOLERANCE}")
