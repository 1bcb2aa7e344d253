"""Numbers that change in time. A duration is {"unit": .., "value": ..}; hours have no steps, they only end it."""

from dataclasses import dataclass
from math import cos, pi


@dataclass(frozen=True)
class Calendar:
    steps_per_epoch: int
    total_steps: int

    def steps(self, duration: dict) -> int:
        if duration["unit"] == "hours":
            return self.total_steps
        steps = duration["value"] * (self.steps_per_epoch if duration["unit"] == "epochs" else 1)
        # Half a step goes up.
        return max(1, int(steps + 0.5))


def value(schedule: dict, step: int, calendar: Calendar) -> float:
    """The number in a step, counted from 0."""
    match schedule["kind"]:
        case "scaled":
            return schedule["factor"] * value(schedule["schedule"], step, calendar)
        case "sum":
            return value(schedule["left"], step, calendar) + value(schedule["right"], step, calendar)
        case "piecewise":
            begun = [i for i, at in enumerate(schedule["at"]) if step >= (calendar.steps(at) if at["value"] else 0)]
            return schedule["values"][begun[-1]] if begun else 0.0
        case "ramp":
            done = min(1.0, step / calendar.steps(schedule["over"]))
            return schedule["start"] + (schedule["end"] - schedule["start"]) * done
    warmup = calendar.steps(schedule["warmup"]) if schedule.get("warmup") else 0
    peak = schedule["value"] if schedule["kind"] == "constant" else schedule["peak"]
    if step < warmup:
        return peak * (step + 1) / warmup
    after = step - warmup
    match schedule["kind"]:
        case "constant":
            return peak
        case "cosine":
            done = min(1.0, after / max(1, calendar.total_steps - warmup))
            return schedule["floor"] + (peak - schedule["floor"]) * (1 + cos(pi * done)) / 2
        case "step":
            return peak * schedule["factor"] ** (after // calendar.steps(schedule["every"]))
        case other:
            raise ValueError(f"no schedule is called {other}")
