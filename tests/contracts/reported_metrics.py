"""What a trained model reports and what the orchestrator's catalogue declares of its type are the same names.

The trainer's tests hand each type's own training here, since the trainer cannot import `include`.
"""

from collections.abc import Collection, Mapping
from typing import Any

from include.experiment.config.models import MODEL_TYPES
from include.metrics import catalogue
from include.metrics.baselines import baselines_of
from include.metrics.metric import Split


def check_reported(
    model_type: str,
    *,
    test: Collection[str],
    epoch: Collection[str],
    baselines: Collection[str],
    headline: str,
) -> None:
    """Fail where a name of one side is none of the other side's.

    Args:
        model_type: The trained type.
        test: Names of the metrics on the test rows.
        epoch: Names of the metrics of the epoch whose weights the model has.
        baselines: Names of the baselines.
        headline: The metric that the run is judged by.
    """
    declared = MODEL_TYPES[model_type]
    tasks = declared.tasks
    on_test = {each.name for each in catalogue.reported(tasks, Split.TEST)}
    of_epochs = [each for split in (Split.TRAIN, Split.EVAL) for each in catalogue.reported(tasks, split)]

    assert headline in declared.promoting_metrics
    assert headline == declared.judged_by or declared.is_judged_by_rows
    assert set(baselines) == set(baselines_of(tasks))
    assert set(test) == on_test
    assert set(epoch) <= {each.name for each in of_epochs}
    assert {each.name for each in of_epochs if not each.is_optional} <= set(epoch)


def is_declared(name: str) -> bool:
    """Whether the catalogue has a metric."""
    return name in catalogue.METRICS


def check_metrics_file(metrics: Mapping[str, Any]) -> None:
    """Fail where a training's `training_metrics.json` and the catalogue differ."""
    check_reported(
        metrics["model_type"],
        test=metrics["test"],
        epoch=metrics["epochs"][-1]["metrics"],
        baselines=metrics["baselines"],
        headline=metrics["headline"]["metric"],
    )
