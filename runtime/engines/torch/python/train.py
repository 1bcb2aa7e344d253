"""Trains a stage on the shards of `abaw data pack`, on one device or under torchrun on many.

    abaw data pack spec.abaw --stage "alone(au)" --to packed
    torchrun --nproc-per-node 8 train.py --data packed --out run

`run/kept.safetensors` has the kept weights under abaw's names, `run/metrics.jsonl` a line for each judgement.
"""

import argparse
import json
import os
import time
from pathlib import Path

import torch
import torch.distributed as dist
from model import ARGUMENTS
from safetensors.torch import load_file, save_file

import ranks
from data import Clips, Order, loader
from randoms import hash
from schedules import Calendar, value
from scores import activated, metric, reads_accuracy, score
from trainer import Trainer, split

SEED_LIMIT = 2**20


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="what `abaw data pack` wrote")
    parser.add_argument(
        "--out", type=Path, required=True, help="weights and numbers go here; an unfinished run goes on"
    )
    parser.add_argument("--precision", choices=["fp32", "bf16"], help="by default what the stage says")
    parser.add_argument("--compile", action="store_true", help="compile the model with torch.compile")
    parser.add_argument("--accumulate", type=int, default=1, help="parts of a batch, one after the other")
    parser.add_argument("--workers", type=int, default=2, help="processes that read batches, for each rank")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    given = parser.parse_args()
    if not (given.data / "pack.json").is_file():
        parser.error(f"{given.data} has no pack.json: `abaw data pack` writes such a folder")
    return given


class Training:
    def __init__(self, options: argparse.Namespace, device: torch.device):
        self.options, self.device = options, device
        self.settings = json.loads((options.data / "pack.json").read_text())
        keep = self.settings["keep"]
        if keep["kind"] == "best" and reads_accuracy(keep["metric"]):
            raise SystemExit("this loop keeps by scores, not by accuracy; `abaw train --engine torch` does")
        start = load_file(options.data / "start.safetensors")
        self.facts = {name[6:]: tensor.to(device) for name, tensor in start.items() if name.startswith("facts/")}
        self.start = {name: tensor for name, tensor in start.items() if name.startswith("weights/")}
        batch = self.settings["batch"]
        if batch % (ranks.count() * options.accumulate):
            raise SystemExit(
                f"a batch of {batch} cannot be shared by {ranks.count()} ranks in {options.accumulate} parts"
            )
        self.clips = Clips(options.data, self.settings, "train", training=True)
        self.order = Order(len(self.clips), batch, self.settings["seed"], training=True)
        self.per_epoch = len(self.order)
        duration = self.settings["duration"]
        steps = duration["value"] * (self.per_epoch if duration["unit"] == "epochs" else 1)
        self.total = 2**53 if duration["unit"] == "hours" else int(steps + 0.5)
        self.deadline = time.monotonic() + 3600 * duration["value"] if duration["unit"] == "hours" else None
        self.calendar = self.clips.calendar = Calendar(self.per_epoch, max(1, self.total))
        self.since = [
            self.calendar.steps(group["since"]) if "since" in group else 0 for group in self.settings["groups"]
        ]
        if max(self.since, default=0) >= self.total:
            raise SystemExit(f"what is frozen until step {max(self.since)} would never be trained")
        self.step, self.best, self.sums = 0, None, {}

    def trainer_at(self, step: int) -> Trainer:
        """A trainer of the weights that are trained in a step; all are as the stage begins."""
        settings, options = self.settings, self.options
        trainer = Trainer(
            groups=[
                group["weights"] if since <= step else []
                for group, since in zip(settings["groups"], self.since, strict=True)
            ],
            penalties=[group.get("l2", 0.0) for group in settings["groups"]],
            optimiser=settings["optimiser"]["name"],
            settings=settings["optimiser"]["settings"],
            max_gradient_norm=settings["maxGradientNorm"],
            ema=settings["ema"],
            device=self.device,
            precision=options.precision or settings["precision"],
            compiled=options.compile,
            sharpness=settings["sharpness"],
        )
        trainer.write(self.start)
        return trainer

    def run(self) -> None:
        self.resume()
        every = self.calendar.steps(self.settings["evaluate"]["every"])
        patience = self.settings["patience"] and self.calendar.steps(self.settings["patience"])
        while self.step < self.total:
            self.order.epoch, self.order.first = divmod(self.step, self.per_epoch)
            for batch in loader(self.clips, self.order, self.options.workers):
                self.one(batch)
                done = self.step >= self.total or self.is_late()
                if self.step % every == 0 or done:
                    self.judge()
                    # A training cannot have come to its end before all of it has begun.
                    waited = self.step - max(self.best["step"] if self.best else self.step, *self.since, 0)
                    done = done or bool(patience and waited >= patience)
                    self.save()
                if done:
                    return

    def one(self, batch: dict) -> None:
        if self.step in self.since and self.step > self.begun:
            state = self.trainer.everything()
            self.trainer = self.trainer_at(self.step)
            self.trainer.write(state)
        seed = self.settings["seed"]
        inputs = {name: tensor.to(self.device, non_blocking=True) for name, tensor in batch.items()}
        draws = [hash(seed, self.step, 1) % SEED_LIMIT, hash(seed, self.step, 2) % SEED_LIMIT]
        inputs["seed"] = torch.tensor(draws, dtype=torch.int32, device=self.device)
        for name, schedule in self.settings["scalars"].items():
            inputs[name] = torch.tensor(value(schedule, self.step, self.calendar), device=self.device)
        rates = [
            (value(group["rate"], self.step, self.calendar), group["weightDecay"], self.step + 1 - since)
            for group, since in zip(self.settings["groups"], self.since, strict=True)
        ]
        losses = self.trainer.step(split({**self.facts, **inputs}, self.options.accumulate), rates)
        for name, loss in losses.items():
            if loss != loss or abs(loss) == float("inf"):
                raise SystemExit(f"the {name} is {loss} in step {self.step + 1}; try a lower rate or max_grad_norm")
            self.sums[name] = self.sums.get(name, 0.0) + loss
        self.sums["steps"] = self.sums.get("steps", 0) + 1
        self.step += 1

    def is_late(self) -> bool:
        """Whether the hours are over, by the first rank's clock."""
        if self.deadline is None:
            return False
        late = torch.tensor(float(ranks.rank() == 0 and time.monotonic() > self.deadline), device=self.device)
        return bool(ranks.sum(late) > 0)

    def judge(self) -> None:
        """Scores on the validation part, keeps the weights if they are the best so far, writes the numbers."""
        scores = self.scores() if "val" in self.settings["parts"] else {}
        keep = self.settings["keep"]
        found = metric(keep["metric"], scores) if keep["kind"] == "best" else None
        before = self.best and self.best["value"]
        if before is None or (found is not None and found > before):
            self.best = {"value": found, "step": self.step}
            if ranks.rank() == 0:
                with self.averaged():
                    write(self.options.out / "kept.safetensors", self.trainer.model.state_dict())
        count = self.sums.pop("steps", 1)
        line = {
            "kind": "epoch",
            "epoch": -(-self.step // self.per_epoch),
            "step": self.step,
            "losses": {name.removeprefix("loss/"): total / count for name, total in self.sums.items()},
            "scores": scores,
            "kept": found,
            "rate": value(self.settings["groups"][0]["rate"], self.step - 1, self.calendar),
        }
        self.sums = {}
        if ranks.rank() == 0:
            print(json.dumps(line), flush=True)
            with (self.options.out / "metrics.jsonl").open("a") as file:
                file.write(json.dumps(line) + "\n")

    @torch.no_grad()
    def scores(self) -> dict[str, float | None]:
        """Every rank judges its part of the clips; what they found is put together."""
        clips = Clips(self.options.data, self.settings, "val", training=False)
        order = Order(
            len(clips), max(ranks.count(), self.settings["batch"] // ranks.count() * ranks.count()), 0, training=False
        )
        tasks = self.settings["tasks"]
        sums = {task["name"]: None for task in tasks}
        counts = torch.zeros(clips.frames, 1, device=self.device)
        with self.averaged():
            self.trainer.model.eval()
            for batch in loader(clips, order, self.options.workers):
                inputs = {name: tensor.to(self.device) for name, tensor in batch.items()}
                inputs["seed"] = torch.zeros(2, dtype=torch.int32, device=self.device)
                outputs = self.trainer.model(*(inputs[name] for name in ARGUMENTS))
                rows = inputs["rows"].reshape(-1).long()
                there = rows >= 0
                counts.index_add_(0, rows[there], torch.ones_like(counts[rows[there]]))
                for task in tasks:
                    found = activated(task, outputs[task["name"]].float()).flatten(0, -2)
                    if sums[task["name"]] is None:
                        sums[task["name"]] = torch.zeros(clips.frames, found.shape[-1], device=self.device)
                    sums[task["name"]].index_add_(0, rows[there], found[there])
        counts = ranks.sum(counts)
        places = torch.arange(clips.frames).numpy()
        found = {}
        for task in tasks:
            name = task["name"]
            predictions = ranks.sum(sums[name]) / counts.clamp(min=1)
            if f"{name}.label" in clips.shards.names:
                labels, mask = (
                    clips.shards.take(f"{name}.{kind}", places).to(self.device) for kind in ("label", "mask")
                )
                found[name] = score(task, predictions, labels, mask)
        return found

    def averaged(self):
        """With the moving average in place of the weights, where the stage is judged by it."""
        return self.trainer.averaged(self.settings["evaluate"]["weights"] == "ema")

    def save(self) -> None:
        if ranks.rank() == 0:
            path = self.options.out / "last.pt"
            progress = {"hash": self.settings["hash"], "step": self.step, "best": self.best, "sums": self.sums}
            torch.save({"progress": progress, "state": self.trainer.everything()}, f"{path}.part")
            os.replace(f"{path}.part", path)

    def resume(self) -> None:
        self.options.out.mkdir(parents=True, exist_ok=True)
        path = self.options.out / "last.pt"
        found = torch.load(path, map_location=self.device, weights_only=True) if path.exists() else None
        if found is not None:
            progress = found["progress"]
            if progress["hash"] != self.settings["hash"]:
                raise SystemExit(f"{path} is of another stage; --out names another folder")
            self.step, self.best, self.sums = progress["step"], progress["best"], progress["sums"]
        self.begun = self.step
        self.trainer = self.trainer_at(self.step)
        if found is not None:
            self.trainer.write(found["state"])


def write(path: Path, tensors: dict) -> None:
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, f"{path}.part")
    os.replace(f"{path}.part", path)


def main() -> None:
    options = arguments()
    cuda = options.device != "cpu" and torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if cuda else torch.device("cpu")
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        dist.init_process_group("nccl" if cuda else "gloo")
    Training(options, device).run()
    if dist.is_initialized():
        # Rank 0 holds what all others meet at, and an early end of it aborts them.
        dist.barrier()
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
