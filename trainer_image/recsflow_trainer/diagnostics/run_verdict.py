"""Is this trained model worth anything? Rules over its evaluation, on top of those over its epochs.

The measures come from `Evaluation.measures`; a model type gives those that it has:

* `score_std`: how much scores of different products differ for a customer, or predicted ratings over rows;
* `label_std`: the same of the labels;
* `<tower>_spread`: how far a tower's outputs are from their mean, as a share of their size;
* `<tower>_effective_rank`: the number of directions in which they differ;
* `list_overlap@10`, `popular_overlap@10`, `coverage@10`: see `diagnostics.echo`;
* `told_by_<feature>`: see `diagnostics.leakage`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from recsflow_trainer.baselines.comparison import LOWER_IS_BETTER
from recsflow_trainer.diagnostics.leakage import LEAKAGE
from recsflow_trainer.diagnostics.verdict import CONSTANT_OUTPUT, SPREAD, TOO_FAST
from recsflow_trainer.metrics_file import Comparison, Diagnosis, Verdict

SAME_SCORES = 1e-3
SAME_RATINGS = 0.01
ECHO_OVERLAP = 0.5
LEAKED_PRODUCTS = 0.5
LEAKED_VARIANCE = 0.95
IMPLAUSIBLE_RECALL = 0.5
IMPLAUSIBLE_LIFT = 3.0
IMPLAUSIBLE_ERROR = 0.05

# What stopped a training says more than what its model then does.
_FINAL = frozenset({Verdict.DIVERGED, Verdict.COLLAPSED, Verdict.DEAD_TOWER})
_WIDER = (
    "Correct for popular products being negatives more often, widen the embeddings or lower regularization "
    "of the query tower, so that customers can differ."
)
_NO_USE = (
    "Serve a baseline until a model is better: give it more rows or epochs, another model config, or a split "
    "whose customers it can know."
)
_REMOVE = (
    "Look at how the features are made: remove what is only known with or after the purchase, then train "
    "again."
)


@dataclass(frozen=True)
class Evidence:
    """What the evaluation of a trained model says.

    Attributes:
        comparison: Test metrics beside the best baseline's.
        measures: By name, see above.
        headline: The metric that the run is judged by.
        baselines: Test metrics of each baseline.
    """

    comparison: Mapping[str, Comparison]
    measures: Mapping[str, float]
    headline: str = ""
    baselines: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def judge_run(epochs: Diagnosis, seen: Evidence) -> Diagnosis:
    """Returns the verdict on a run, from that on its epochs and its evaluation.

    Args:
        epochs: The verdict on the epochs.
        seen: The evaluation.
    """
    judged = replace(epochs, measures=dict(seen.measures))
    if judged.verdict in _FINAL:
        return judged
    rules = (
        (Verdict.COLLAPSED, _same_scores, TOO_FAST),
        (Verdict.DEAD_TOWER, _constant_tower, TOO_FAST),
        (Verdict.SUSPECTED_LEAKAGE, _leakage, _REMOVE),
        (Verdict.POPULARITY_ECHO, _echo, _WIDER),
        (Verdict.BELOW_BASELINES, _below_baselines, _NO_USE),
    )
    for verdict, rule, suggestion in rules:
        if evidence := rule(seen):
            return replace(judged, verdict=verdict, evidence=evidence, suggestion=suggestion)
    return judged


def _same_scores(seen: Evidence) -> list[str]:
    std, label_std = seen.measures.get("score_std"), seen.measures.get("label_std")
    if std is None:
        return []
    if label_std is None:
        same = std < SAME_SCORES
        return [f"score std {std:.2g} is below {SAME_SCORES:g}: all products score the same"] if same else []
    if std >= SAME_RATINGS * label_std:
        return []
    return [f"score std {std:.2g} is below {SAME_RATINGS:.0%} of the labels' {label_std:.3g}"]


def _constant_tower(seen: Evidence) -> list[str]:
    return [
        f"{name.removesuffix(SPREAD)} gives all rows the same output (spread {value:.2g})"
        for name, value in seen.measures.items()
        if name.endswith(SPREAD) and value < CONSTANT_OUTPUT
    ]


def _leakage(seen: Evidence) -> list[str]:
    rated = any(metric in LOWER_IS_BETTER for metric in seen.comparison)
    bound = LEAKED_VARIANCE if rated else LEAKED_PRODUCTS
    what = "of the label's variance" if rated else "of the test rows' products"
    evidence = [
        f"{name.removeprefix(LEAKAGE)} alone tells {value:.0%} {what}"
        for name, value in seen.measures.items()
        if name.startswith(LEAKAGE) and value > bound
    ]
    return evidence + [
        f"{metric} {compared.value:.4f} is too good beside {compared.baseline_value:.4f} of "
        f"{compared.best_baseline}"
        for metric, compared in seen.comparison.items()
        if _implausible(metric, compared)
    ]


def _implausible(metric: str, compared: Comparison) -> bool:
    if metric == "rmse":
        return compared.value < IMPLAUSIBLE_ERROR * compared.baseline_value
    if metric == "recall@10":
        return compared.value > max(IMPLAUSIBLE_RECALL, IMPLAUSIBLE_LIFT * compared.baseline_value)
    return False


def _echo(seen: Evidence) -> list[str]:
    overlap = seen.measures.get("list_overlap@10")
    if overlap is None or not overlap >= ECHO_OVERLAP:
        return []
    texts = {
        "popular_overlap@10": "{:.0%} of a list is among the ten most popular products",
        "coverage@10": "{:.2%} of all products are in some list",
        "query_effective_rank": "customers differ in {:.1f} directions",
    }
    return [
        f"two customers' lists of ten have {overlap:.0%} in common",
        *(text.format(seen.measures[name]) for name, text in texts.items() if name in seen.measures),
    ]


def _below_baselines(seen: Evidence) -> list[str]:
    compared = seen.comparison.get(seen.headline)
    if compared is None:
        return []
    sign = -1 if seen.headline in LOWER_IS_BETTER else 1
    theirs = {
        name: measured[seen.headline]
        for name, measured in seen.baselines.items()
        if math.isfinite(measured.get(seen.headline, math.nan))
    }
    if not theirs or not all(sign * compared.value < sign * value for value in theirs.values()):
        return []
    listed = ", ".join(f"{name} {value:.4f}" for name, value in theirs.items())
    return [f"{seen.headline} {compared.value:.4f} is worse than that of every baseline: {listed}"]
