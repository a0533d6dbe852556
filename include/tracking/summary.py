"""The end of a run as a table in plain text: what was learned, how long it took, where to look next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from include.experiment.experiment import Experiment
from include.tracking.entries import BASELINE, failure_of, lift, warnings_of
from include.tracking.outcome import PipelineOutcome
from include.tracking.overfit import overfit_lines
from include.tracking.parent import comparison
from include.tracking.search import RecordedExperiment
from include.tracking.training_metrics import TrainingMetrics, Verdict

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
    return f"{outcome.status.upper()}  {configs}{share}{rows}\n{experiment.experiment_id}"


def _results(metrics: TrainingMetrics) -> Iterator[str]:
    last = metrics.epochs[-1].metrics if metrics.epochs else {}
    losses = {"loss (train)": last.get("loss"), "loss (eval)": last.get("val_loss")}
    for name, value in losses.items():
        if value is not None:
            yield f"{name:<{_NAME_WIDTH}}{_number(value):>10}"
    if not metrics.test:
        return
    yield f"{'on the test split':<{_NAME_WIDTH}}{'model':>10}{BASELINE:>14}{'lift':>10}"
    theirs = metrics.baselines.get(BASELINE, {})
    for measure, value in metrics.test.items():
        times = lift(metrics, measure)
        shown = "" if times is None else f"{times:.2f} x"
        against = _number(theirs[measure]) if measure in theirs else ""
        yield f"{measure:<{_NAME_WIDTH}}{_number(value):>10}{against:>14}{shown:>10}"
    yield f"{metrics.rows.test:,} test rows, {metrics.candidates:,} distinct candidates"


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
    if metrics and not metrics.overfit:
        diagnosis = metrics.diagnosis
        since = diagnosis.epoch if diagnosis.verdict is not Verdict.HEALTHY else None
        at = f" since epoch {since}" if since else ""
        yield f"training is {diagnosis.verdict.value}{at}"
        yield from (f"  {line}" for line in diagnosis.evidence)
        yield from [f"  {diagnosis.suggestion}"] if diagnosis.suggestion else []
        yield from _against_baseline(metrics)
    yield from (f"warning: {warning}" for warning in warnings_of(experiment, metrics))
    yield from (f"error: {line}" for line in failure_of(metrics, outcome).splitlines())


def _against_baseline(metrics: TrainingMetrics) -> Iterator[str]:
    measured = {name: lift(metrics, name) for name in metrics.test}
    # The trainer warns of it too, in words that depend on by how much.
    if any(BASELINE in warning for warning in metrics.warnings):
        return
    worse: Sequence[str] = [name for name, times in measured.items() if times is not None and times <= 1]
    if worse:
        yield f"warning: no better than {BASELINE} in {', '.join(worse)}"


def _columns(values: Mapping[str, str]) -> list[str]:
    return [f"{name:<{_NAME_WIDTH}}{value}" for name, value in values.items()]


def _number(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.4f}"
