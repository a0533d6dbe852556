"""Decide whether the run's model becomes the champion of its DAG."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import get_current_context

from recsflow.extensions.retries import retries
from recsflow.handovers import ScoringHandover
from recsflow.tasks.decorators import promotion_task


# Retries bridge a restart of the MLflow server; what is written again is kept once.
@promotion_task(**retries(3, timedelta(minutes=1), execution_timeout=timedelta(minutes=10)))
def promote(experiment: str, recorded: str, scored: ScoringHandover) -> str:
    """Compare the model with the champion and the best baseline, record the decision, and act on it.

    Args:
        experiment: URI of the resolved experiment.
        recorded: Id of its MLflow run.
        scored: What score_models returns.

    Returns:
        The decision with its reasons.

    Raises:
        AirflowSkipException: The champion stays; what follows a promotion is skipped then.
        ChampionChanged: The models were compared with another champion than there is now.
    """
    from recsflow.promotion import promote

    return promote.promote(experiment, recorded, scored, get_current_context())
