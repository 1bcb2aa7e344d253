"""Asks scikit-learn for F1 scores and accuracy, and numpy for CCC; writes scores.json beside this file.

    npx tsx scripts/write-score-samples.ts | python test/reference/make_scores.py

Only labelled rows count. CCC has moments of the population (ABAW 7, equation of the measure P).
"""

import json
import pathlib
import sys

import numpy
import sklearn
from sklearn.metrics import accuracy_score, f1_score


def score_of(case):
    labels = numpy.array(case["labels"]).reshape(case["rows"], case["width"])
    found = numpy.array(case["predictions"]).reshape(case["rows"], case["width"])
    there = numpy.array(case["weight"]).reshape(case["rows"], -1) > 0
    if case["kind"] == "units":
        each = []
        for unit in range(case["width"]):
            rows = there[:, unit]
            each.append(f1_score(labels[rows, unit] > 0.5, found[rows, unit] >= 0.5, zero_division=0))
        accuracy = ((labels > 0.5) == (found >= 0.5))[there].mean()
        return {"score": float(numpy.mean(each)), "each": each, "accuracy": float(accuracy)}
    rows = there[:, 0]
    if case["kind"] == "classes":
        # A row that several classes share is one of each, with its share as its weight.
        at, truth = labels[rows].nonzero()
        guess, share = found[rows].argmax(-1)[at], labels[rows][at, truth]
        each = f1_score(
            truth, guess, labels=range(case["width"]), average=None, zero_division=0, sample_weight=share
        )
        accuracy = accuracy_score(truth, guess, sample_weight=share)
        return {"score": float(each.mean()), "each": each.tolist(), "accuracy": accuracy}
    x, y = found[rows, 0], labels[rows, 0]
    ccc = 2 * numpy.cov(x, y, bias=True)[0, 1] / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    return {"score": float(ccc), "each": [], "accuracy": None}


answer = {
    "madeWith": {"sklearn": sklearn.__version__, "numpy": numpy.__version__},
    "scores": {case["name"]: score_of(case) for case in json.load(sys.stdin)},
}
pathlib.Path(__file__).with_name("scores.json").write_text(json.dumps(answer, separators=(",", ":")) + "\n")
