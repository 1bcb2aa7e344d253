"""Densities of Optuna's Parzen estimators, which test/runtime/parzen.test.ts holds ours to: python test/reference/make_parzen.py"""

import json
import sys

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_weights

parameters = _ParzenEstimatorParameters(
    prior_weight=1.0, consider_magic_clip=True, consider_endpoints=False, weights=default_weights, multivariate=False
)
random = np.random.default_rng(7)
at = np.linspace(0, 1, 21)


def density(places, space, points):
    estimator = _ParzenEstimator({"x": np.array(places)}, {"x": space}, parameters)
    return np.exp(estimator.log_pdf({"x": np.array(points)})).tolist()


ranges, lists = [], []
for count in [1, 2, 3, 7, 24, 26, 27, 60, 120]:
    places = np.round(random.beta(2, 3, size=count), 6).tolist()
    ranges.append({"places": places, "at": at.tolist(), "density": density(places, FloatDistribution(0, 1), at)})
for count, values in [(1, 2), (4, 3), (30, 5)]:
    places = random.integers(0, values, size=count).tolist()
    space = CategoricalDistribution(list(range(values)))
    lists.append({"places": places, "count": values, "density": density(places, space, list(range(values)))})
json.dump({"optuna": optuna.__version__, "ranges": ranges, "lists": lists}, sys.stdout, indent=1)
