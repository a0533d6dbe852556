"""The two sides of the gate, from what their runs have left."""

from __future__ import annotations

import json

from include import storage
from include.artifacts.experiment import ExperimentFolder
from include.errors import RecsflowError
from include.experiment.config.promotion_rule import PromotionRule
from include.experiment.resolve.experiment import Experiment
from include.promotion.gate import Candidate, Champion
from include.tracking.champions import RegisteredChampion
from include.tracking.scores import CANDIDATE, CHAMPION, Scores
from include.tracking.training_metrics import TrainingMetrics, read_training_metrics


def read_candidate(
    folder: ExperimentFolder, experiment: Experiment, rule: PromotionRule, scores: Scores
) -> Candidate:
    """Return the model of a run, from the files in its experiment's folder.

    Args:
        folder: What the run has left.
        experiment: The resolved experiment.
        rule: Says what is compared.
        scores: Of the saved models, on the run's test rows.
    """
    metrics = _metrics(folder)
    headline = metrics.headline.metric if metrics.headline else None
    metric = rule.metric_for(experiment.model.kind, headline)
    compared = metrics.comparison.get(metric)
    return Candidate(
        experiment_id=experiment.experiment_id,
        metric=metric,
        served=scores.measure(CANDIDATE, metric),
        trained=metrics.test.get(metric),
        baseline=compared.best_baseline if compared else "",
        baseline_value=compared.baseline_value if compared else None,
        verdict=metrics.diagnosis.verdict.value,
        quality_passed=bool(json.loads(storage.read_text(folder.quality))["passed"]),
        window_end=experiment.window_end,
        test_start=experiment.test_start,
    )


def as_champion(folder: ExperimentFolder, experiment: Experiment) -> RegisteredChampion:
    """Return what a run's model is registered as."""
    return RegisteredChampion(
        version="",
        experiment_id=experiment.experiment_id,
        model_uri=_metrics(folder).model_uri or "",
        window_end=experiment.window_end,
        # Eval rows count as seen: they have chosen the epoch that training stopped at.
        trained_until=experiment.test_start or experiment.window_end,
    )


def as_served(champion: RegisteredChampion, metric: str, scores: Scores) -> Champion:
    """Return the champion, asked about the candidate's test rows."""
    return Champion(
        experiment_id=champion.experiment_id,
        version=champion.version,
        served=scores.measure(CHAMPION, metric),
        window_end=champion.window_end,
        trained_until=champion.trained_until,
    )


def _metrics(folder: ExperimentFolder) -> TrainingMetrics:
    metrics = read_training_metrics(folder.metrics)
    if metrics is None:
        raise RecsflowError(f"{folder.metrics} is gone; clear submit_pipeline to train again.")
    return metrics
