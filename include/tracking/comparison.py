"""A run beside the champion of its schedule, written to the run's record."""

from __future__ import annotations

import math

from include.tracking.champions import DECISION
from include.tracking.connection import tracking_client
from include.tracking.metric_names import metric_name
from include.tracking.scores import CANDIDATE, CHAMPION, Scores

CHAMPION_VERSION, CHAMPION_SAW = "recsflow.champion_version", "recsflow.champion_saw_test_rows"
# Whose metrics these are, by the model's name in the scores.
OF_SAVED = {CANDIDATE: "served", CHAMPION: "champion"}


def record_comparison(
    run_id: str, scores: Scores, decision: str, champion: tuple[str, bool] | None, *, tracking_uri: str
) -> None:
    """Write what both models have on the run's test rows, `served_recall_at_100` and `champion_…`.

    Args:
        run_id: The MLflow run.
        scores: Of the saved models.
        decision: What was decided, and why.
        champion: Version of the champion, and whether it was trained on some of the rows; None without one.
        tracking_uri: The MLflow server.
    """
    from mlflow.entities import Metric, RunTag

    # The time is part of a number's identity: written again, it is kept once.
    at = int(scores.started_at.timestamp() * 1000)
    metrics = [
        Metric(metric_name(name, OF_SAVED[model]), value, at, 0)
        for model, measures in scores.models.items()
        for name, value in measures.items()
        if value is not None and math.isfinite(value)
    ]
    tags = {DECISION: decision}
    if champion is not None:
        tags |= {CHAMPION_VERSION: champion[0], CHAMPION_SAW: str(champion[1]).lower()}
    with tracking_client(tracking_uri) as client:
        client.log_batch(run_id, metrics=metrics, tags=[RunTag(*pair) for pair in tags.items()])
