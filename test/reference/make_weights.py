"""Files of weights as PyTorch, safetensors and ONNX write them, with their numbers, for test/runtime/weights.test.ts.

`weights/*` are the files, weights.json their tensors as float32, and positions.json tables of positions that PyTorch interpolated.
"""

import argparse
import json
import pickle
import sys
import types
from collections import OrderedDict
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file

HERE = Path(__file__).parent
FOLDER = HERE / "weights"
MISTAKES = HERE.parent / "mistakes" / "files" / "weights"
torch.manual_seed(7)


def views() -> dict:
    """Every type, and views: transposed, of a part, with a step, repeated, of one storage, without axes, empty."""
    base = torch.arange(24, dtype=torch.float32) / 8 - 1
    return {
        "whole": base.clone(),
        "turned": base.view(4, 6).t(),
        "part": base[3:9],
        "stepped": base.view(2, 3, 4)[:, 1:, ::2],
        "repeated": torch.tensor([0.5, 1.5]).expand(3, 2),
        "scalar": torch.tensor(2.25),
        "empty": torch.zeros(0, 4),
        "half": base.half(),
        "brain": base.bfloat16(),
        "double": base.double() / 3,
        "long": torch.tensor([1, -2, 2**40 + 1]),
        "int": torch.tensor([1, -2], dtype=torch.int32),
        "short": torch.tensor([1, -2], dtype=torch.int16),
        "char": torch.tensor([1, -2], dtype=torch.int8),
        "byte": torch.tensor([1, 254], dtype=torch.uint8),
        "truth": torch.tensor([True, False]),
        "odd": torch.tensor([float("inf"), float("-inf"), 6e-8, -0.0]).half(),
    }


def newer() -> dict:
    base = torch.arange(24, dtype=torch.float32) / 8 - 1
    return {
        "e4m3": base.to(torch.float8_e4m3fn),
        "e5m2": base.to(torch.float8_e5m2),
        "u16": torch.tensor([1, 65535], dtype=torch.uint16),
        "u32": torch.tensor([1, 2**32 - 1], dtype=torch.uint32),
    }


class Mixed(torch.nn.Module):
    """A network of a class that abaw has never heard of."""

    def __init__(self) -> None:
        super().__init__()
        self.body = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.PReLU(2))
        self.scale = torch.nn.Parameter(torch.ones(2) * 1.5)
        self.register_buffer("mean", torch.tensor([0.25, 0.5]))
        self.register_buffer("scratch", torch.zeros(3), persistent=False)
        self.options = argparse.Namespace(width=2, activation=torch.nn.functional.relu)


def networks() -> None:
    """The class stands in a module that only exists here."""
    module = types.ModuleType("networks.mixed")
    module.Mixed = Mixed
    sys.modules["networks"] = types.ModuleType("networks")
    sys.modules["networks.mixed"] = module
    Mixed.__module__ = "networks.mixed"
    # Old files have the text of every class beside its name.
    torch.serialization.get_source_lines_and_file = lambda *_: (["class text\n"], 1, "mixed.py")


def transformer(dim: int = 8, depth: int = 2, side: int = 4) -> dict:
    """A small vision transformer by the names of facebookresearch/mae; patches of 2 x 2 pixels."""
    state = OrderedDict()
    state["cls_token"] = torch.randn(1, 1, dim)
    state["pos_embed"] = torch.randn(1, side * side + 1, dim)
    state["patch_embed.proj.weight"] = torch.randn(dim, 3, 2, 2)
    state["patch_embed.proj.bias"] = torch.randn(dim)
    for i in range(depth):
        for name, shape in {
            "norm1.weight": (dim,), "norm1.bias": (dim,), "norm2.weight": (dim,), "norm2.bias": (dim,),
            "attn.qkv.weight": (3 * dim, dim), "attn.qkv.bias": (3 * dim,),
            "attn.proj.weight": (dim, dim), "attn.proj.bias": (dim,),
            "mlp.fc1.weight": (4 * dim, dim), "mlp.fc1.bias": (4 * dim,),
            "mlp.fc2.weight": (dim, 4 * dim), "mlp.fc2.bias": (dim,),
        }.items():
            state[f"blocks.{i}.{name}"] = torch.randn(*shape)
    state["norm.weight"] = torch.randn(dim)
    state["norm.bias"] = torch.randn(dim)
    return state


def fixed_places(dim: int, side: int) -> torch.Tensor:
    """The table of facebookresearch/mae's models: sines and cosines of columns, then of rows, and zeros for the class token."""
    rates = 1 / 10000 ** (np.arange(dim // 4, dtype=np.float64) / (dim / 4))
    rows, columns = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    waves = [np.outer(places.ravel(), rates) for places in (columns, rows)]
    table = np.concatenate([f(wave) for wave in waves for f in (np.sin, np.cos)], axis=1)
    return torch.from_numpy(np.concatenate([np.zeros((1, dim)), table]).astype(np.float32))[None]


def hugging_face(state: dict) -> dict:
    """The same by the names of transformers' ViTModel: queries, keys and values apart."""
    pairs = {
        "norm1": "layernorm_before", "norm2": "layernorm_after", "attn.proj": "attention.output.dense",
        "mlp.fc1": "intermediate.dense", "mlp.fc2": "output.dense",
    }
    result = {}
    for name, tensor in state.items():
        if ".attn.qkv." in name:
            front, end = name.split(".attn.qkv.")
            layer = "vit.encoder.layer." + front.split(".")[1]
            for part, piece in zip(("query", "key", "value"), tensor.chunk(3)):
                result[f"{layer}.attention.attention.{part}.{end}"] = piece.contiguous()
            continue
        new = name
        if name.startswith("blocks."):
            _, i, *rest = name.split(".")
            for ours, theirs in pairs.items():
                if ".".join(rest).startswith(ours + "."):
                    new = f"vit.encoder.layer.{i}.{theirs}.{rest[-1]}"
        else:
            new = "vit." + {
                "cls_token": "embeddings.cls_token", "pos_embed": "embeddings.position_embeddings",
                "patch_embed.proj.weight": "embeddings.patch_embeddings.projection.weight",
                "patch_embed.proj.bias": "embeddings.patch_embeddings.projection.bias",
                "norm.weight": "layernorm.weight", "norm.bias": "layernorm.bias",
            }[name]
        result[new] = tensor
    return result


def onnx_file() -> dict:
    numbers = (np.arange(6, dtype=np.float32) - 2.5).reshape(2, 3)
    raw = numpy_helper.from_array(numbers, "layer.weight")
    listed = helper.make_tensor("layer.bias", TensorProto.FLOAT, [2], [0.5, -0.5])
    half = numpy_helper.from_array(numbers.astype(np.float16), "layer.half")
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "layer.weight", "layer.bias"], ["y"], transB=1)],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
        [raw, listed, half],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, FOLDER / "inside.onnx")
    onnx.save_model(
        model, FOLDER / "beside.onnx", save_as_external_data=True, location="beside.onnx.data", size_threshold=0
    )
    return {"layer.weight": numbers, "layer.bias": np.array([0.5, -0.5], "f4"), "layer.half": numbers}


def as_numbers(tensors: dict) -> dict:
    table = {}
    for name, tensor in tensors.items():
        array = tensor.float().numpy() if isinstance(tensor, torch.Tensor) else np.asarray(tensor, "f4")
        table[name] = {"shape": list(array.shape), "bits": array.ravel().view("u4").tolist()}
    return table


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    networks()
    expected = {}

    def put(name: str, tensors: dict) -> None:
        expected[name] = as_numbers(tensors)

    state = views()
    torch.save(state, FOLDER / "views.pth")
    torch.save(state, FOLDER / "views-legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(newer(), FOLDER / "newer.pt")
    save_file({**{k: v.contiguous().clone() for k, v in state.items()}, **newer()}, FOLDER / "views.safetensors")
    put("views.pth", state)
    put("views-legacy.pth", state)
    put("newer.pt", newer())
    put("views.safetensors", {**state, **newer()})

    network = Mixed()
    torch.save(network, FOLDER / "module.pth")
    torch.save(network, FOLDER / "module-legacy.pth", _use_new_zipfile_serialization=False)
    for name in ("module.pth", "module-legacy.pth"):
        put(name, network.state_dict())

    mae = transformer()
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(2))], lr=1e-3)
    optimizer.param_groups[0]["params"][0].grad = torch.ones(2)
    optimizer.step()
    checkpoint = {
        "model": {f"module.{k}": v for k, v in mae.items()},
        "optimizer": optimizer.state_dict(),
        "epoch": 3,
        "args": argparse.Namespace(lr=1e-3, output_dir=Path("out")),
    }
    torch.save(checkpoint, FOLDER / "checkpoint.pth")
    put("checkpoint.pth", {f"model.module.{k}": v for k, v in mae.items()} | {
        f"optimizer.state.0.{k}": v for k, v in optimizer.state_dict()["state"][0].items()
    })
    save_file(dict(mae), FOLDER / "mae.safetensors")
    put("mae.safetensors", mae)
    fixed = {**mae, "pos_embed": fixed_places(8, 4), "decoder_pos_embed": fixed_places(16, 4)}
    fixed |= {"mask_token": torch.zeros(1, 1, 16), "decoder_embed.weight": torch.zeros(16, 8)}
    torch.save({"model": fixed}, FOLDER / "fixed.pth")
    put("fixed.pth", {f"model.{k}": v for k, v in fixed.items()})
    split = hugging_face(mae)
    names = sorted(split)
    halves = [names[: len(names) // 2], names[len(names) // 2 :]]
    for ending, index, save in (
        ("safetensors", "model.safetensors.index.json", lambda part, path: save_file(part, path)),
        ("bin", "pytorch_model.bin.index.json", lambda part, path: torch.save(part, path)),
    ):
        shards = {}
        for i, half in enumerate(halves):
            shard = f"{index.split('.')[0]}-{i + 1:05}-of-00002.{ending}"
            save({name: split[name] for name in half}, FOLDER / shard)
            shards.update({name: shard for name in half})
        (FOLDER / index).write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": shards}, indent=1) + "\n")
        put(index, split)

    arrays = {"conv.weight": np.arange(8, dtype="f4").reshape(2, 4), "conv.bias": np.array([1, 2], "f8")}
    (FOLDER / "arrays.pkl").write_bytes(pickle.dumps(arrays, protocol=2))
    put("arrays.pkl", arrays)
    onnx_numbers = onnx_file()
    put("inside.onnx", onnx_numbers)
    put("beside.onnx", onnx_numbers)

    (HERE / "weights.json").write_text(json.dumps(expected) + "\n")

    tables = []
    for before, source, target in ((0, 4, 7), (1, 4, 7), (1, 7, 4), (1, 3, 8)):
        table = torch.randn(before + source * source, 3)
        grid = table[before:].T.reshape(1, 3, source, source)
        other = torch.nn.functional.interpolate(grid, size=(target, target), mode="bicubic", align_corners=False)
        rows = torch.cat([table[:before], other.reshape(3, -1).T])
        tables.append({"from": table.flatten().tolist(), "to": rows.flatten().tolist(), "rows": rows.shape[0], "width": 3})
    (HERE / "positions.json").write_text(json.dumps(tables) + "\n")

    # For test/mistakes: weights twice, and a file that would run something.
    face = {"linear.weight": torch.zeros(48, 8), "linear.bias": torch.zeros(48),
            "maps.conv.weight": torch.zeros(8, 3, 3, 3), "maps.conv.bias": torch.zeros(8)}
    torch.save({"model": face, "model_ema": {k: v.clone() for k, v in face.items()}}, MISTAKES / "twice.pth")
    torch.save({k: v.half() for k, v in face.items()}, MISTAKES / "half.pth")
    for path in FOLDER.iterdir():
        path.chmod(0o644)


if __name__ == "__main__":
    main()
