"""The parent of a rerun: found by what a user typed, and compared with its child."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from include.errors import ConfigError, Problem
from include.experiment.config.run_parameters import RUN_PARAMETERS
from include.experiment.resolve.experiment import Experiment
from include.tracking.entries import HEADLINE, params_of
from include.tracking.metric_names import TEST, metric_name
from include.tracking.search import ExperimentFilter, RecordedExperiment, find_experiments
from include.tracking.training_metrics import TrainingMetrics

SUGGESTED = 5
_NAME_WIDTH, _VALUE_WIDTH = 22, 12


def find_parent(name: str | None, *, tracking_uri: str, experiment_name: str) -> RecordedExperiment:
    """Return the recorded experiment that a rerun starts from.

    Args:
        name: Id of the experiment.
        tracking_uri: The MLflow server.
        experiment_name: The MLflow experiment.

    Raises:
        ConfigError: There is none of that id, or its pipeline never ran; names the most recent ones.
    """

    def search(where: ExperimentFilter | None, limit: int) -> list[RecordedExperiment]:
        return find_experiments(
            where, tracking_uri=tracking_uri, experiment_name=experiment_name, limit=limit
        )

    found = search(ExperimentFilter(experiment_id=name), 1) if name else []
    if found and found[0].job_id:
        return found[0]
    if not name:
        received = "is missing"
    elif found:
        received = f"is {name!r}, which ended before a pipeline ran"
    else:
        received = f"is {name!r}, which MLflow does not have: it is unknown, or not finished"
    raise unusable_parent(received, search(None, 4 * SUGGESTED))


def unusable_parent(received: str, recent: Iterable[RecordedExperiment]) -> ConfigError:
    """Return the error about an experiment that cannot be a parent.

    Args:
        received: What is wrong with it.
        recent: Recorded experiments, the newest first; those whose pipeline ran are suggested.
    """
    usable = [each for each in recent if each.job_id and each.status == "succeeded"][:SUGGESTED]
    listed = "; ".join(_in_words(each) for each in usable)
    remedy = (
        f"give the id of a finished experiment, the most recent are {listed}"
        if usable
        else "trigger quick_test first, then give the id of its experiment"
    )
    return ConfigError([Problem(RUN_PARAMETERS, "experiment", received, remedy)])


def changed_params(
    experiment: Experiment, metrics: TrainingMetrics | None, parent: RecordedExperiment
) -> dict[str, tuple[str, str]]:
    """Return the params in which a child differs: the parent's value and the child's, or ''."""
    ours = params_of(experiment, metrics)
    return {
        name: (parent.params.get(name, ""), ours.get(name, ""))
        for name in [*ours, *(name for name in parent.params if name not in ours)]
        if ours.get(name, "") != parent.params.get(name, "")
    }


def comparison(
    experiment: Experiment, metrics: TrainingMetrics | None, parent: RecordedExperiment
) -> list[str]:
    """Return a table of what a child changed, and of its test metrics beside its parent's."""
    lines = [f"rerun of {parent.experiment_id}"]
    lines += [
        f"  {name}: {before or 'none'} -> {after or 'none'}"
        for name, (before, after) in changed_params(experiment, metrics, parent).items()
    ]
    if metrics and metrics.test:
        lines.append(_row("on the test split", "parent", "rerun", "change"))
        lines += _measures(metrics.test, parent.metrics)
    return lines


def _measures(test: Mapping[str, float | None], before: Mapping[str, float]) -> list[str]:
    rows = []
    for name, ours in test.items():
        theirs = before.get(metric_name(name, TEST))
        change = f"{100 * (ours - theirs) / abs(theirs):+.1f} %" if ours is not None and theirs else ""
        rows.append(_row(name, _number(theirs), _number(ours), change))
    return rows


def _row(name: str, *values: str) -> str:
    return f"{name:<{_NAME_WIDTH}}" + "".join(f"{value:>{_VALUE_WIDTH}}" for value in values)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _in_words(each: RecordedExperiment) -> str:
    judged_by = each.tags.get(HEADLINE, "")
    value = each.metrics.get(metric_name(judged_by, TEST))
    measured = "" if value is None else f", {judged_by} {value:.4f}"
    return f"{each.experiment_id} ({each.model}, {each.started_at:%Y-%m-%d %H:%M}{measured})"
