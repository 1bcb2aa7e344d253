"""Official scores of tasks, over all valid frames: CCC, macro F1 over classes, mean F1 over units at 0.5."""

import torch
from torch import Tensor


def activated(task: dict, logits: Tensor) -> Tensor:
    meaning = task["meaning"]
    match meaning["kind"]:
        case "units":
            return torch.sigmoid(logits)
        case "classes":
            return torch.softmax(logits, dim=-1)
    low, high = meaning.get("min"), meaning.get("max")
    if low is None or high is None:
        return logits
    return torch.tanh(logits) * ((high - low) / 2) + (high + low) / 2


def score(task: dict, predictions: Tensor, labels: Tensor, mask: Tensor) -> float | None:
    """Predictions and labels [frames, width], a mask [frames, width or 1]; none where no frame has a label."""
    if not (mask > 0).any():
        return None
    match task["meaning"]["kind"]:
        case "units":
            found, wanted, valid = predictions >= 0.5, labels >= 0.5, mask > 0
            return f1(found & valid, wanted & valid)
        case "classes":
            valid = mask[:, 0] > 0
            count = labels.shape[1]
            found = torch.nn.functional.one_hot(predictions[valid].argmax(dim=1), count)
            # A label that several classes share is one of each with that weight.
            return f1(found, labels[valid])
    valid = mask[:, 0] > 0
    return concordance(predictions[valid, 0].double(), labels[valid, 0].double())


def f1(found: Tensor, wanted: Tensor) -> float:
    """The mean over columns of 2 tp / (2 tp + fp + fn), 0 where there is nothing to find and nothing was found."""
    found, wanted = found.double(), wanted.double()
    hits, total = (found * wanted).sum(dim=0), (found + wanted).sum(dim=0)
    return torch.where(total > 0, 2 * hits / total.clamp(min=1e-300), torch.zeros_like(total)).mean().item()


def concordance(x: Tensor, y: Tensor) -> float:
    """2 s_xy / (s_x² + s_y² + (x̄ − ȳ)²), 0 when neither varies."""
    dx, dy = x - x.mean(), y - y.mean()
    denominator = dx.square().mean() + dy.square().mean() + (x.mean() - y.mean()).square()
    return 0.0 if denominator == 0 else (2 * (dx * dy).mean() / denominator).item()


def reads_accuracy(expression: dict) -> bool:
    if expression["kind"] == "accuracy":
        return True
    return any(reads_accuracy(expression[side]) for side in ("left", "right") if side in expression)


def metric(expression: dict, scores: dict[str, float | None]) -> float | None:
    """An expression over scores; none where a task has none."""
    match expression["kind"]:
        case "number":
            return expression["value"]
        case "score":
            return scores.get(expression["task"])
    left, right = metric(expression["left"], scores), metric(expression["right"], scores)
    if left is None or right is None:
        return None
    match expression["kind"]:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right if right else None
