"""Weights under abaw's names, as safetensors files."""

from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor, nn

HERE = Path(__file__).parent
_constants: dict[str, Tensor] = {}


def constant(name: str) -> Tensor:
    """A tensor of the spec that is too large for the text of `model.py`."""
    if not _constants:
        _constants.update(load_file(HERE / "constants.safetensors"))
    return _constants[name]


def load(model: nn.Module, path: str | Path) -> None:
    """Weights and running statistics from a file that abaw, or `save`, has written; it must have them all."""
    found = load_file(path)
    own = model.state_dict()
    missing = sorted(own.keys() - found.keys())
    if missing:
        raise ValueError(f"{path} has no {', '.join(missing[:10])}")
    model.load_state_dict({name: found[name].reshape(tensor.shape) for name, tensor in own.items()})


def save(model: nn.Module, path: str | Path) -> None:
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, path)
