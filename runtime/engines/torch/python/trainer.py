"""A stage's training step, on one device or as one of many ranks."""

from contextlib import contextmanager, nullcontext
from functools import partial
from math import isfinite

import torch
from model import ARGUMENTS, BATCHED, RECOMPUTED, Loss, Model
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.checkpoint import checkpoint

import ranks

OPTIMISERS = {
    "adamw": lambda s: (torch.optim.AdamW, {"betas": (s["beta1"], s["beta2"]), "eps": s["eps"]}),
    "adam": lambda s: (torch.optim.Adam, {"betas": (s["beta1"], s["beta2"]), "eps": s["eps"]}),
    "sgd": lambda s: (torch.optim.SGD, {"momentum": s["momentum"], "nesterov": s.get("nesterov") == 1}),
}

# What abaw calls the optimisers' memory, and what PyTorch calls it.
SLOTS = {
    "adamw": {"m": "exp_avg", "v": "exp_avg_sq"},
    "adam": {"m": "exp_avg", "v": "exp_avg_sq"},
    "sgd": {"momentum": "momentum_buffer"},
}


class Trainer:
    """Every rank holds the same weights and takes its part of each batch; the loss is that of the whole batch.

    `groups` are lists of weights by name, each updated with the rate and weight decay that a step is given for it, and
    with the gradient of its penalty p Σ w², of which the loss says nothing; what is in none is frozen, and its layers are in evaluation mode. Weights that are frozen for a time come to a
    trainer made anew.
    """

    def __init__(
        self,
        groups: list[list[str]],
        penalties: list[float],
        optimiser: str,
        settings: dict[str, float],
        max_gradient_norm: float | None,
        ema: float | None,
        device: torch.device,
        precision: str = "fp32",
        compiled: bool = False,
        sharpness: float | None = None,
    ):
        self.model = Model().to(device)
        self.loss = Loss().to(device)
        self.penalties = penalties
        self.device = device
        self.max_gradient_norm = max_gradient_norm
        self.ema = ema
        self.precision = precision
        self.sharpness = sharpness
        self.named = dict(self.model.named_parameters())
        self.trained = [name for group in groups for name in group]
        trained = set(self.trained)
        for name, parameter in self.named.items():
            parameter.requires_grad_(name in trained)
        self.frozen = [module for path, module in self.model.named_modules() if path and self._is_frozen(path, trained)]
        for layer in map(self.model.get_submodule, RECOMPUTED):
            layer.forward = partial(checkpoint, layer.forward, use_reentrant=False)
        self.optimiser_name = optimiser
        make, options = OPTIMISERS[optimiser](settings)
        self.optimiser = make([{"params": [self.named[name] for name in group]} for group in groups], lr=0.0, **options)
        self.averages: dict[str, Tensor] = {}
        self.module: nn.Module = torch.compile(self.model) if compiled else self.model
        self.parallel = self.module
        if ranks.count() > 1:
            self.parallel = DistributedDataParallel(self.module, broadcast_buffers=False)

    def step(self, passes: list[dict[str, Tensor]], rates: list[tuple[float, float, int]]) -> dict[str, float]:
        """A step on its part of a batch, in passes one after the other: mean losses by name. If one is not finite,
        nothing changes. Batch statistics are those of a pass.

        `rates` are each group's rate, weight decay, and which of its own steps it is, from 1.
        """
        for group, (rate, weight_decay, _) in zip(self.optimiser.param_groups, rates, strict=True):
            group["lr"], group["weight_decay"] = rate, weight_decay
        self.parallel.train()
        for module in self.frozen:
            module.eval()
        statistics = {name: buffer.clone() for name, buffer in self.statistics()}
        losses = used = self._gradients(passes)
        if self.sharpness is not None and finite(losses):
            used = self._sharper(passes)
        if finite(used):
            self._update([number for _, _, number in rates])
            return losses
        self._restore(statistics)
        return used

    def _gradients(self, passes: list[dict[str, Tensor]]) -> dict[str, float]:
        self.optimiser.zero_grad(set_to_none=True)
        losses: dict[str, float] = {}
        for inputs in passes:
            # Ranks meet at the last pass's gradients alone.
            with nullcontext() if inputs is passes[-1] or self.parallel is self.module else self.parallel.no_sync():
                for name, loss in self._backward(inputs, len(passes)).items():
                    losses[name] = losses.get(name, 0.0) + loss / len(passes)
        for name in self.trained:
            if self.named[name].grad is None:
                self.named[name].grad = torch.zeros_like(self.named[name])
        # Once for all passes, and where a step looks for what is sharp, in the slope that it goes up.
        for group, penalty in zip(self.optimiser.param_groups, self.penalties, strict=True):
            for weight in group["params"] if penalty else []:
                weight.grad.add_(weight.detach(), alpha=2 * penalty)
        return losses

    def _sharper(self, passes: list[dict[str, Tensor]]) -> dict[str, float]:
        """Gradients at w + rho g / |g| in place of g at the weights w, which stay (arXiv 2010.01412, equation 2)."""
        weights = [self.named[name] for name in self.trained]
        own = [weight.detach().clone() for weight in weights]
        statistics = {name: buffer.clone() for name, buffer in self.statistics()}
        with torch.no_grad():
            norm = torch.stack([weight.grad.norm() for weight in weights]).norm()
            for weight in weights:
                weight.add_(weight.grad * (self.sharpness / (norm + 1e-12)))
        losses = self._gradients(passes)
        with torch.no_grad():
            for weight, value in zip(weights, own, strict=True):
                weight.copy_(value)
        self._restore(statistics)
        return losses

    def _restore(self, statistics: dict[str, Tensor]) -> None:
        for name, buffer in self.statistics():
            buffer.copy_(statistics[name])

    def _backward(self, inputs: dict[str, Tensor], passes: int) -> dict[str, float]:
        with self._autocast():
            outputs = self.parallel(*(inputs[name] for name in ARGUMENTS))
        # Sums over a batch want all digits.
        terms = self.loss({name: value.float() for name, value in outputs.items()}, inputs)
        total = torch.stack(list(terms.values())).sum()
        # All are read at once: each reading waits for the device.
        whole, *parts = torch.stack([total, *terms.values()]).tolist()
        if isfinite(whole):
            (total / passes).backward()
        return {"loss": whole, **{f"loss/{name}": value for name, value in zip(terms, parts, strict=True)}}

    def statistics(self) -> list[tuple[str, Tensor]]:
        """Running statistics by name, without constants."""
        kept = self.model.state_dict().keys()
        return [(name, buffer) for name, buffer in self.model.named_buffers() if name in kept]

    def slots(self) -> dict[str, Tensor]:
        """The optimiser's memory as `<slot>/<weight>`; zero before the first step."""
        found = {}
        for slot, key in SLOTS[self.optimiser_name].items():
            for name in self.trained:
                state = self.optimiser.state.get(self.named[name], {})
                value = state.get(key)
                found[f"{slot}/{name}"] = torch.zeros_like(self.named[name]) if value is None else value
        return found

    def everything(self) -> dict[str, Tensor]:
        """All that `write` takes."""
        found = {f"weights/{name}": self.named[name].detach() for name in self.trained}
        found |= {f"states/{name}": buffer for name, buffer in self.statistics()}
        found |= {f"slots/{name}": value for name, value in self.slots().items()}
        if self.ema is not None:
            found |= {f"ema/{name}": self.averages.get(name, self.named[name].detach()) for name in self.trained}
        return found

    @contextmanager
    def averaged(self, wanted: bool):
        """Within it the weights are the moving average, where one is kept and wanted."""
        own = {name: self.named[name].detach().clone() for name in self.averages} if wanted else {}
        with torch.no_grad():
            for name in own:
                self.named[name].copy_(self.averages[name])
        try:
            yield
        finally:
            with torch.no_grad():
                for name, value in own.items():
                    self.named[name].copy_(value)

    @torch.no_grad()
    def write(self, tensors: dict[str, Tensor]) -> None:
        """Everything that a training remembers: `weights/..`, `states/..`, `slots/..` and `ema/..`, as far as given."""
        statistics = dict(self.statistics())
        for key, value in tensors.items():
            kind, _, name = key.partition("/")
            value = value.to(self.device)
            if kind == "weights" and name in statistics:
                statistics[name].copy_(value)
            elif kind == "weights":
                self.named[name].copy_(value.reshape(self.named[name].shape))
            elif kind == "states":
                statistics[name].copy_(value)
            elif kind == "ema":
                self.averages[name] = value.clone()
            elif kind == "slots":
                slot, _, path = name.partition("/")
                state = self.optimiser.state[self.named[path]]
                state.setdefault("step", torch.zeros(()))
                state[SLOTS[self.optimiser_name][slot]] = value.clone()

    def _update(self, numbers: list[int]) -> None:
        weights = [self.named[name] for name in self.trained]
        if self.max_gradient_norm is not None:
            nn.utils.clip_grad_norm_(weights, self.max_gradient_norm)
        if self.ema is not None:
            for name in self.trained:
                if name not in self.averages:
                    self.averages[name] = self.named[name].detach().clone()
        for group, number in zip(self.optimiser.param_groups, numbers, strict=True):
            for weight in group["params"]:
                state = self.optimiser.state.get(weight, {})
                if "step" in state:
                    state["step"].fill_(number - 1)
        self.optimiser.step()
        if self.ema is not None:
            for name, average in self.averages.items():
                average.lerp_(self.named[name].detach(), 1 - self.ema)

    def _is_frozen(self, path: str, trained: set[str]) -> bool:
        below = [name for name in self.named if name.startswith(f"{path}.")]
        return bool(below) and not any(name in trained for name in below)

    def _autocast(self):
        if self.precision == "bf16":
            return torch.autocast(self.device.type, dtype=torch.bfloat16)
        return nullcontext()


def finite(losses: dict[str, float]) -> bool:
    return all(isfinite(loss) for loss in losses.values())


def split(inputs: dict[str, Tensor], passes: int) -> list[dict[str, Tensor]]:
    """A batch in parts that are worked on one after the other."""
    size = inputs["present"].shape[0] // passes
    parts = [slice(i * size, (i + 1) * size) for i in range(passes)]
    return [{name: value[own] if name in BATCHED else value for name, value in inputs.items()} for own in parts]
