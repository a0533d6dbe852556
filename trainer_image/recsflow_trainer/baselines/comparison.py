"""Each test metric beside the best baseline's."""

import math
from collections.abc import Mapping

from recsflow_trainer.metrics_file import Comparison

LOWER_IS_BETTER = frozenset({"loss", "rmse", "mae"})
# A model may be above or below the labels; how far it is from them, other metrics tell.
NOT_COMPARED = frozenset({"mean_error"})


def compare(test: Mapping[str, float], baselines: Mapping[str, Mapping[str, float]]) -> dict[str, Comparison]:
    """Returns the comparison of every metric that some baseline has too, but for `NOT_COMPARED`.

    A baseline's number that is not finite does not count; a model's is never better. Of equally good
    baselines the first is named.

    Args:
        test: The model's metrics; of `LOWER_IS_BETTER` small numbers are good, of all others large ones.
        baselines: The same metrics of each baseline.
    """
    comparison = {}
    for metric, value in test.items():
        sign = -1 if metric in LOWER_IS_BETTER else 1
        known = {
            name: measured[metric]
            for name, measured in baselines.items()
            if metric in measured and math.isfinite(measured[metric])
        }
        if known and metric not in NOT_COMPARED:
            best = max(known, key=lambda name: sign * known[name])
            better = math.isfinite(value) and sign * value > sign * known[best]
            comparison[metric] = Comparison(value, best, known[best], better)
    return comparison


def not_better(comparison: Mapping[str, Comparison]) -> dict[str, list[str]]:
    """Returns the metrics in which the model does not beat the best baseline, by that baseline."""
    found: dict[str, list[str]] = {}
    for metric, compared in comparison.items():
        if not compared.better:
            found.setdefault(compared.best_baseline, []).append(metric)
    return found
