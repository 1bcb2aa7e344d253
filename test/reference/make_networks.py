"""Writes networks/*.onnx, small networks as PyTorch and ONNX's own tools write them, and networks.json, what onnxruntime says of one picture."""

import json
import warnings
from pathlib import Path

import numpy
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

folder = Path(__file__).parent / "networks"
folder.mkdir(exist_ok=True)
torch.manual_seed(7)


class Gate(nn.Module):
    """Squeeze and excitation: a mean over the picture weighs the channels."""

    def __init__(self, channels):
        super().__init__()
        self.down = nn.Conv2d(channels, 4, 1)
        self.up = nn.Conv2d(4, channels, 1)

    def forward(self, x):
        s = x.mean((2, 3), keepdim=True)
        return x * torch.sigmoid(self.up(torch.nn.functional.hardswish(self.down(s))))


class Small(nn.Module):
    """In the manner of EfficientNet: a stem, a depthwise convolution with a gate, a mean, and scores of an embedding."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.gate = Gate(8)
        self.point = nn.Conv2d(8, 16, 1)
        self.scores = nn.Linear(16, 10)

    def forward(self, x):
        x = nn.functional.silu(self.norm(self.stem(x)))
        x = nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")
        x = nn.functional.max_pool2d(self.gate(self.depthwise(x)).clamp(0, 6), 2)
        left, right = self.point(x).split([4, 12], dim=1)
        x = torch.cat([nn.functional.pad(left, (1, 1, 1, 1))[:, :, 1:-1, 1:-1], right.relu()], dim=1)
        embedding = x.flatten(2).mean(-1)
        tokens = embedding.view(-1, 4, 4)
        mixed = torch.softmax(tokens @ tokens.transpose(1, 2), dim=-1) @ tokens
        embedding = nn.functional.layer_norm(mixed.reshape(mixed.shape[0], 16) + embedding, (16,))
        return embedding, self.scores(embedding)


net = Small().eval()
with torch.no_grad():
    net.norm.running_mean.normal_(0, 0.2)
    net.norm.running_var.uniform_(0.5, 2)
# Numbers that any language makes the same: exact in float32.
picture = torch.from_numpy((numpy.arange(3 * 3 * 32 * 32) * 7919 % 256 / 256).astype(numpy.float32).reshape(3, 3, 32, 32))
names = {"input_names": ["picture"], "output_names": ["embedding", "scores"]}


def save(name, model):
    model.producer_version = ""
    model.doc_string = ""
    del model.metadata_props[:]
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for function in model.functions:
        for node in function.node:
            node.doc_string = ""
            del node.metadata_props[:]
    (folder / name).write_bytes(model.SerializeToString(deterministic=True))


def scripted(name, opset, batch):
    path = folder / name
    axes = {"picture": {0: "n"}, "embedding": {0: "n"}, "scores": {0: "n"}} if batch is None else None
    torch.onnx.export(net, (picture[: batch or 3],), path, opset_version=opset, dynamic_axes=axes, dynamo=False, **names)
    save(name, onnx.load(path))


def dynamo(name, opset):
    path = folder / name
    shapes = {"x": {0: torch.export.Dim("n")}}
    torch.onnx.export(net, (picture,), path, opset_version=opset, dynamic_shapes=shapes, dynamo=True, external_data=False, **names)
    save(name, onnx.load(path))


warnings.simplefilter("ignore")
for opset in (9, 11, 13, 17):
    scripted(f"scripted-{opset}.onnx", opset, None)
scripted("one-picture-11.onnx", 11, 1)
for opset in (18, 21, 23):
    dynamo(f"dynamo-{opset}.onnx", opset)

# A function of the file's own, a branch with a graph of its own that reads from around it, and a loop.
text = """
<ir_version: 8, opset_import: ["" : 16, "own" : 1]>
branched (float[n, 3, 32, 32] picture) => (float[n, 3] embedding)
<float[3] shift = {0.5, -0.25, 2.0}, float limit = {0.4}, int64 rounds = {3}, bool yes = {1}>
{
  mean = GlobalAveragePool (picture)
  shape = Constant <value = int64[2] {0, 3}> ()
  flat = Reshape (mean, shape)
  twice = own.twice <by = 2.0> (flat)
  total = ReduceMean <keepdims = 0> (twice)
  big = Greater (total, limit)
  chosen = If (big) <
    then_branch = more () => (float[n, 3] a) { a = Add (twice, shift) },
    else_branch = less () => (float[n, 3] b) { b = Sub (twice, shift) }
  >
  embedding = Loop (rounds, yes, chosen) <
    body = again (int64 i, bool go, float[n, 3] state) => (bool on, float[n, 3] next) {
      on = Identity (go)
      squashed = own.twice <by = 0.5> (state)
      next = Add (squashed, shift)
    }
  >
}
<domain: "own", opset_import: ["" : 16]>
twice <by> (x) => (y) {
  factor = Constant <value_float: float = @by> ()
  y = Mul (x, factor)
}
"""
branched = onnx.parser.parse_model(text)
onnx.checker.check_model(branched)
save("branched-16.onnx", branched)

# Numbers beside the file.
weight = numpy.random.default_rng(5).normal(0, 1, (3, 8)).astype(numpy.float32)
beside = helper.make_model(
    helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["picture"], ["mean"]),
            helper.make_node("Flatten", ["mean"], ["flat"]),
            helper.make_node("MatMul", ["flat", "weight"], ["embedding"]),
        ],
        "beside",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", 3, 32, 32])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", 8])],
        [numpy_helper.from_array(weight, "weight")],
    ),
    opset_imports=[helper.make_opsetid("", 17)],
    ir_version=8,
)
(folder / "beside-17.bin").unlink(missing_ok=True)
onnx.save_model(beside, folder / "beside-17.onnx", save_as_external_data=True, location="beside-17.bin", size_threshold=0)

# What is refused: operators of a domain that nothing here has.
custom = onnx.parser.parse_model("""
<ir_version: 8, opset_import: ["" : 17, "com.example" : 1]>
custom (float[n, 3, 32, 32] picture) => (float[n, 8] embedding) { embedding = com.example.Embed (picture) }
""")
save("custom-17.onnx", custom)

answers = {}
for path in sorted(folder.glob("*.onnx")):
    if path.name.startswith("custom"):
        continue
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    batch = 1 if path.name.startswith("one") else 3
    outputs = session.run(None, {"picture": picture.numpy()[:batch]})
    answers[path.name] = {each.name: [round(float(x), 7) for x in out.ravel()] for each, out in zip(session.get_outputs(), outputs)}
with torch.no_grad():
    answers["torch"] = {name: [round(float(x), 7) for x in out.ravel()] for name, out in zip(["embedding", "scores"], net(picture))}
# Convolutions and products, a multiply-add being two.
with torch.no_grad(), FlopCounterMode(display=False) as counter:
    net(picture[:1])
answers["torch"]["flops"] = counter.get_total_flops()
lines = [f"  {json.dumps(name)}: {json.dumps(outputs)}" for name, outputs in answers.items()]
(Path(__file__).parent / "networks.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
