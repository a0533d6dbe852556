"""The end of a run as a table in plain text: what was learned, how long it took, where to look next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from include.experiment.resolve.experiment import Experiment
from include.metrics.catalogue import METRICS
from include.metrics.metric import Rows
from include.metrics.training import EVAL_LOSS, LOSS
from include.tracking.entries import failure_of, lift, warnings_of
from include.tracking.outcome import PipelineOutcome
from include.tracking.overfit import overfit_lines
from include.tracking.parent import comparison
from include.tracking.search import RecordedExperiment
from include.tracking.training_metrics import ColdRows, EarlyStopping, TrainingMetrics
from include.tracking.verdict_words import verdict_words

RULE = "-" * 60
_NAME_WIDTH = 22


def render_summary(
    experiment: Experiment,
    metrics: TrainingMetrics | None,
    outcome: PipelineOutcome,
    *,
    links: Mapping[str, str] | None = None,
    parent: RecordedExperiment | None = None,
) -> str:
    """The final table of an experiment.

    Args:
        experiment: The experiment.
        metrics: What training said; None where it never began.
        outcome: How the pipeline ended, with the durations.
        links: Where to look next: what is there, and its address.
        parent: What it is a rerun of.

    Returns:
        Lines without trailing spaces or a newline at the end.
    """
    blocks = [
        [_title(experiment, metrics, outcome)],
        list(_results(metrics)) if metrics else [],
        comparison(experiment, metrics, parent) if parent else [],
        list(overfit_lines(metrics.overfit)) if metrics and metrics.overfit else [],
        list(_durations(metrics, outcome)),
        list(_judgement(experiment, metrics, outcome)),
        _columns(links or {}),
    ]
    lines = [line for block in blocks if block for line in (RULE, *block)]
    return "\n".join(line.rstrip() for line in (*lines, RULE))


def _title(experiment: Experiment, metrics: TrainingMetrics | None, outcome: PipelineOutcome) -> str:
    configs = f"{experiment.dataset.name} / {experiment.features.name} / {experiment.model.name}"
    rows = f", {metrics.rows.train:,} train rows" if metrics else ""
    share = f", {int(experiment.parameters.sample_percent)} %"
    title = f"{outcome.status.upper()}  {experiment.display_name}"
    return f"{title}\n{configs}{share}{rows}\n{experiment.experiment_id}"


def _results(metrics: TrainingMetrics) -> Iterator[str]:
    measured = metrics.model_epoch.metrics if metrics.model_epoch else {}
    losses = {"loss (train)": measured.get(LOSS.name), "loss (eval)": measured.get(EVAL_LOSS.name)}
    for name, value in losses.items():
        if value is not None:
            yield f"{name:<{_NAME_WIDTH}}{_number(value):>10}"
    if metrics.early_stopping:
        yield f"{'early stopping':<{_NAME_WIDTH}}{_early_stopping(metrics, metrics.early_stopping)}"
    if not metrics.test:
        return
    yield f"{'on the test split':<{_NAME_WIDTH}}{'model':>10}{'lift':>10}{'best baseline':>15}"
    yield from (_measured(metrics, measure, value) for measure, value in metrics.test.items())
    yield f"{metrics.rows.test:,} test rows, {metrics.candidates:,} distinct candidates"
    if metrics.headline:
        yield f"judged by {metrics.headline.metric}: {metrics.headline.reason}"
    for name, cold in metrics.cold.items():
        yield from _cold(name, cold)


def _measured(metrics: TrainingMetrics, measure: str, value: float | None) -> str:
    if missing := _without_rows(measure, value, metrics.diagnosis.measures.get("repeat_share")):
        return f"{measure:<{_NAME_WIDTH}}  {missing}"
    line = f"{measure:<{_NAME_WIDTH}}{_number(value):>10}"
    compared = metrics.comparison.get(measure)
    if compared is None:
        return line
    times = lift(compared)
    shown = "" if times is None else f"{times:.2f} x"
    return f"{line}{shown:>10}{_number(compared.baseline_value):>15}  {compared.best_baseline}"


def _early_stopping(metrics: TrainingMetrics, stopping: EarlyStopping) -> str:
    after = stopping.stopped_after
    stopped = f"stopped after epoch {after}" if after else f"all {len(metrics.epochs)} epochs trained"
    return f"{stopped}, best epoch {stopping.restored_epoch} by {stopping.metric} restored"


def _without_rows(measure: str, value: float | None, repeat_share: float | None) -> str:
    """Return why a measure of repeat or of novel rows has no value, empty where it has one."""
    if value is not None or measure not in METRICS:
        return ""
    rows = METRICS[measure].rows
    if rows is Rows.REPEAT and repeat_share == 0:
        return "no test row is a repeat"
    return "every test row is a repeat" if rows is Rows.NOVEL and repeat_share == 1 else ""


def _cold(name: str, cold: ColdRows) -> Iterator[str]:
    if not cold.rows or cold.share is None:
        return
    yield f"{cold.share:.1%} of the test rows ({cold.rows:,}) are of {name} without a training row:"
    for measure, value in cold.measures.items():
        elsewhere = _number(cold.others.get(measure))
        yield f"  {measure:<{_NAME_WIDTH - 2}}{_number(value):>10}, {elsewhere} elsewhere"


def _durations(metrics: TrainingMetrics | None, outcome: PipelineOutcome) -> Iterator[str]:
    steps: list[tuple[str, float | None, str]] = [
        (name, seconds, "") for name, seconds in outcome.steps_s.items()
    ]
    steps += [(f"  {each.name}", each.seconds, each.state) for each in outcome.components]
    if metrics:
        steps += [(f"    {name}", seconds, "") for name, seconds in metrics.durations_s.items()]
    for name, seconds, state in steps:
        shown = "" if seconds is None else f"{seconds:.1f} s"
        yield f"{name:<{_NAME_WIDTH}}{shown:>10}  {'' if state == 'succeeded' else state}"


def _judgement(
    experiment: Experiment, metrics: TrainingMetrics | None, outcome: PipelineOutcome
) -> Iterator[str]:
    # Before what was doubtful anyway, which need have nothing to do with it.
    yield from (f"error: {line}" for line in failure_of(metrics, outcome).splitlines())
    if metrics and not metrics.overfit:
        diagnosis = metrics.diagnosis
        yield f"verdict: {verdict_words(diagnosis)}"
        yield from (f"  {line}" for line in diagnosis.evidence)
        yield from [f"  {diagnosis.suggestion}"] if diagnosis.suggestion else []
    yield from (f"warning: {warning}" for warning in warnings_of(experiment, metrics))


def _columns(values: Mapping[str, str]) -> list[str]:
    return [f"{name:<{_NAME_WIDTH}}{value}" for name, value in values.items()]


def _number(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.4f}"
