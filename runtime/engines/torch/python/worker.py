"""One rank of `abaw train --engine torch`: takes its part of each batch over a connection, gives losses and weights.

A message is a line of JSON whose `tensors` say name, element type, shape and bytes of what follows it.
"""

import json
import os
import socket
import sys

import torch
import torch.distributed as dist
from torch import Tensor

import ranks
from trainer import Trainer

TYPES = {"float32": torch.float32, "int32": torch.int32, "int64": torch.int64, "uint8": torch.uint8, "bool": torch.bool}
NAMES = {dtype: name for name, dtype in TYPES.items()}


class Connection:
    def __init__(self, port: int, token: str):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rwb")
        self.send({"token": token, "rank": ranks.rank()}, {})

    def receive(self, device: torch.device) -> tuple[dict, dict[str, Tensor]]:
        line = self.file.readline()
        if not line:
            sys.exit(0)
        message = json.loads(line)
        tensors = {}
        for each in message.pop("tensors"):
            data = bytearray(self.file.read(each["bytes"]))
            flat = (
                torch.frombuffer(data, dtype=TYPES[each["dtype"]])
                if data
                else torch.empty(0, dtype=TYPES[each["dtype"]])
            )
            tensors[each["name"]] = flat.reshape(each["shape"]).to(device)
        return message, tensors

    def send(self, message: dict, tensors: dict[str, Tensor]) -> None:
        listed, data = [], []
        for name, tensor in tensors.items():
            array = tensor.detach().cpu().contiguous().numpy()
            data.append(array.tobytes())
            listed.append(
                {"name": name, "dtype": NAMES[tensor.dtype], "shape": list(array.shape), "bytes": len(data[-1])}
            )
        self.file.write((json.dumps({**message, "tensors": listed}) + "\n").encode())
        for part in data:
            self.file.write(part)
        self.file.flush()


def main() -> None:
    cuda = torch.cuda.is_available() and os.environ.get("ABAW_DEVICE", "auto") != "cpu"
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if cuda else torch.device("cpu")
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        dist.init_process_group("nccl" if cuda else "gloo")
    connection = Connection(int(os.environ["ABAW_PORT"]), os.environ["ABAW_TOKEN"])
    settings, fixed = connection.receive(device)
    trainer = Trainer(
        groups=settings["groups"],
        penalties=settings["penalties"],
        optimiser=settings["optimiser"],
        settings=settings["settings"],
        max_gradient_norm=settings["max_gradient_norm"],
        ema=settings["ema"],
        device=device,
        precision=settings["precision"],
        compiled=settings["compiled"],
        sharpness=settings["sharpness"],
    )
    while True:
        message, tensors = connection.receive(device)
        match message["do"]:
            case "write":
                trainer.write(tensors)
                connection.send({}, {})
            case "step":
                passes = [{**fixed, **given} for given in numbered(tensors, message["passes"])]
                losses = trainer.step(passes, message["rates"])
                connection.send({}, {name: torch.tensor(value) for name, value in losses.items()})
            case "read":
                connection.send({}, trainer.everything())
            case "live":
                connection.send({}, weights(trainer, message["which"]))
            case other:
                raise ValueError(f"nobody knows how to {other}")


def numbered(tensors: dict[str, Tensor], count: int) -> list[dict[str, Tensor]]:
    """What is called `<number>/<name>`, by number."""
    found: list[dict[str, Tensor]] = [{} for _ in range(count)]
    for key, tensor in tensors.items():
        number, _, name = key.partition("/")
        found[int(number)][name] = tensor
    return found


def weights(trainer: Trainer, which: str) -> dict[str, Tensor]:
    averaged = which == "ema" and trainer.ema is not None
    taken = {
        name: trainer.averages.get(name, trainer.named[name]) if averaged else trainer.named[name]
        for name in trainer.trained
    }
    return {**taken, **dict(trainer.statistics())}


if __name__ == "__main__":
    main()
