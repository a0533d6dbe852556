"""An experiment as MLflow sees it: flat params, metrics with steps, tags and a note."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.experiment.resolve.experiment import Experiment
from include.metrics.baselines import times_better
from include.tracking.metric_names import TEST, metric_name
from include.tracking.outcome import PipelineOutcome
from include.tracking.overfit import overfit_tags, overfit_values
from include.tracking.training_metrics import Comparison, TowerStatistics, TrainingMetrics, Verdict

EXPERIMENT_ID = "recsflow.experiment_id"
PARENT = "recsflow.parent_experiment_id"
SWEEP, TRIAL = "recsflow.sweep", "recsflow.trial"
PIPELINE_JOB, CUSTOM_JOB = "recsflow.pipeline_job", "recsflow.custom_job"
STARTED_AT = "recsflow.training_started_at"
HEADLINE = "recsflow.headline"
RUN_NAME = "mlflow.runName"
STATISTICS = ("norm", "mean", "std", "min", "max")


@dataclass(frozen=True)
class MetricEntry:
    """One number of one step; the time is part of its identity, so that logging it twice keeps one."""

    name: str
    value: float
    step: int
    timestamp_ms: int


def lift(compared: Comparison) -> float | None:
    """How many times better the model is than the best baseline; None where that cannot be said."""
    return times_better(compared.value, compared.baseline_value, better=compared.better)


def shortfalls(metrics: TrainingMetrics) -> list[str]:
    """One sentence for each baseline that the model does not beat where it is the best one.

    Metrics that do not count on the run's rows, such as recall of whole lists where nobody buys again, are
    left out.
    """
    found: dict[str, list[str]] = {}
    for measure, compared in metrics.comparison.items():
        if not compared.better and (metrics.headline is None or metrics.headline.counts(measure)):
            found.setdefault(compared.best_baseline, []).append(measure)
    return [f"The model does not beat {name} in {', '.join(measures)}." for name, measures in found.items()]


def params_of(experiment: Experiment, metrics: TrainingMetrics | None) -> dict[str, str]:
    """Every hyperparameter as used, with the names of the configs and how the rows were made."""
    chosen = experiment.parameters.model_dump(mode="json", exclude={"notes"})
    split = experiment.split.model_dump(mode="json")
    training = dict(experiment.training)
    options = {f"optimizer_{name}": value for name, value in training.pop("optimizer_options").items()}
    derived = {"window_end": experiment.window_end.isoformat(), "split_strategy": split.pop("strategy")}
    reported = metrics.params if metrics else {}
    merged = {**chosen, **split, **derived, **reported, **training, **options}
    return {name: _text(value) for name, value in merged.items() if value not in (None, "", {}, [])}


def metrics_of(metrics: TrainingMetrics | None, outcome: PipelineOutcome) -> list[MetricEntry]:
    """Final numbers at step 0, series by epoch; numbers that are not finite are left out."""
    if metrics is None:
        return []
    finished = metrics.finished_at or metrics.updated_at
    finals = {**_final_values(metrics), **_durations(metrics, outcome)}
    entries = [*_entries(finals, 0, finished)]
    elapsed = 0.0
    for epoch in metrics.epochs:
        elapsed += epoch.duration_s or 0.0
        values: dict[str, float | None] = {metric_name(name): value for name, value in epoch.metrics.items()}
        values |= {"epoch_duration_s": epoch.duration_s, "examples_per_s": epoch.examples_per_s}
        for tower, statistics in epoch.towers.items():
            values |= _tower_values(tower, statistics)
        entries += _entries(values, epoch.epoch, metrics.started_at + timedelta(seconds=elapsed))
    return entries


def tags_of(
    experiment: Experiment, metrics: TrainingMetrics | None, outcome: PipelineOutcome
) -> dict[str, str]:
    """What runs are found by, and what a person reads first."""
    diagnosis = metrics.diagnosis if metrics else None
    failure = failure_of(metrics, outcome)
    job = CUSTOM_JOB if experiment.parent_experiment_id else PIPELINE_JOB
    tags = {
        EXPERIMENT_ID: experiment.experiment_id,
        RUN_NAME: experiment.display_name,
        "recsflow.number": "" if experiment.number is None else str(experiment.number),
        "recsflow.dataset": experiment.dataset.name,
        "recsflow.features": experiment.features.name,
        "recsflow.model": experiment.model.name,
        "recsflow.model_type": experiment.model.type,
        "recsflow.status": outcome.status,
        HEADLINE: metrics.headline.metric if metrics and metrics.headline else "",
        "recsflow.verdict": diagnosis.verdict.value if diagnosis else Verdict.UNKNOWN.value,
        "recsflow.dag_id": experiment.dag_id,
        "recsflow.run_id": experiment.run_id,
        "recsflow.pipeline_name": experiment.pipeline_name,
        PARENT: experiment.parent_experiment_id or "",
        job: outcome.job_id,
        f"{job}_url": outcome.job_url,
        "recsflow.trainer_image": outcome.image,
        "recsflow.schedule": experiment.schedule or "",
        SWEEP: experiment.sweep_id or "",
        TRIAL: "" if experiment.trial is None else str(experiment.trial),
        "recsflow.sources": "\n".join(f"{name}: {source}" for name, source in experiment.sources.items()),
        "recsflow.notes": experiment.parameters.notes,
        "recsflow.warnings": "\n".join(warnings_of(experiment, metrics)),
        "recsflow.diagnosis": "\n".join(diagnosis.evidence) if diagnosis else "",
        "recsflow.error": failure,
        "recsflow.model_uri": (metrics.model_uri or "") if metrics else "",
        STARTED_AT: metrics.started_at.isoformat() if metrics else "",
        "mlflow.note.content": note_of(experiment, metrics, outcome),
        "mlflow.source.name": experiment.dag_id,
        "mlflow.source.type": "JOB",
    }
    tags |= overfit_tags(metrics.overfit if metrics else None)
    versions = metrics.environment if metrics else {}
    tags |= {f"recsflow.version.{name}": version or "" for name, version in versions.items()}
    return {name: value for name, value in tags.items() if value}


def note_of(experiment: Experiment, metrics: TrainingMetrics | None, outcome: PipelineOutcome) -> str:
    """The run's description in Markdown: notes, error, verdict, warnings."""
    configs = (experiment.dataset.name, experiment.features.name, experiment.model.name)
    lines = [experiment.parameters.notes] if experiment.parameters.notes else []
    lines.append(f"**{outcome.status}**, {', '.join(configs)}")
    # Why it failed comes before what was doubtful anyway, which need have nothing to do with it.
    if failure := failure_of(metrics, outcome):
        lines.append(f"```\n{failure}\n```")
    diagnosis = metrics.diagnosis if metrics else None
    # Unknown without evidence: no epoch was judged.
    if diagnosis and (diagnosis.evidence or diagnosis.verdict is not Verdict.UNKNOWN):
        seen = " ".join([*diagnosis.evidence, diagnosis.suggestion or ""]).strip()
        lines.append(f"Verdict: **{diagnosis.verdict.value.replace('_', ' ')}**. {seen}".strip())
    lines += [f"- {warning}" for warning in warnings_of(experiment, metrics)]
    return "\n\n".join(lines)


def warnings_of(experiment: Experiment, metrics: TrainingMetrics | None) -> list[str]:
    """Warnings of the configuration, then of the training, then baselines that are not beaten."""
    of_training = [*metrics.warnings, *shortfalls(metrics)] if metrics else []
    return [*map(str, experiment.warnings), *of_training]


def failure_of(metrics: TrainingMetrics | None, outcome: PipelineOutcome) -> str:
    """What went wrong, empty where nothing did."""
    if outcome.succeeded:
        return ""
    errors = [(f"{each.name}: ", each.error) for each in outcome.components]
    if metrics and metrics.error:
        errors.append(("", f"{metrics.error.type}: {metrics.error.message}"))
    said = outcome.message
    for prefix, error in errors:
        if not _is_told(error, said):
            said = f"{said}\n{prefix}{error}".lstrip()
    return said


def _is_told(error: str, said: str) -> bool:
    """Whether a text has an error's last line, its own words; the frames before it may be left out."""
    words = error.strip().splitlines()[-1:]
    return all(line.strip() in said for line in words)


def _final_values(metrics: TrainingMetrics) -> dict[str, float | None]:
    values: dict[str, float | None] = {metric_name(name, TEST): value for name, value in metrics.test.items()}
    for baseline, measures in metrics.baselines.items():
        values |= {metric_name(name, baseline): value for name, value in measures.items()}
    for name, cold in metrics.cold.items():
        values[f"cold_{name}_share"] = cold.share
        values |= {metric_name(each, f"cold_{name}"): value for each, value in cold.measures.items()}
        values |= {metric_name(each, f"warm_{name}"): value for each, value in cold.others.items()}
    values |= overfit_values(metrics.overfit)
    for name, compared in metrics.comparison.items():
        values[metric_name(name, "best_baseline")] = compared.baseline_value
        values[metric_name(name, "lift")] = lift(compared)
    values |= {metric_name(name, "measure"): value for name, value in metrics.diagnosis.measures.items()}
    values |= {f"rows_{split}": float(count) for split, count in metrics.rows}
    if metrics.early_stopping:
        values["restored_epoch"] = float(metrics.early_stopping.restored_epoch)
    return values | {"candidates": float(metrics.candidates), "epochs_completed": float(len(metrics.epochs))}


def _durations(metrics: TrainingMetrics, outcome: PipelineOutcome) -> dict[str, float | None]:
    training = {f"training_{name}_s": seconds for name, seconds in metrics.durations_s.items()}
    components = {f"component_{each.name}_s": each.seconds for each in outcome.components}
    return training | components


def _tower_values(tower: str, statistics: TowerStatistics) -> dict[str, float | None]:
    return {
        f"{tower}/{kind}_{name}": getattr(getattr(statistics, kind), name)
        for kind in ("gradient", "weight")
        for name in STATISTICS
    }


def _entries(values: Mapping[str, float | None], step: int, at: datetime) -> Iterator[MetricEntry]:
    for name, value in values.items():
        if value is not None and math.isfinite(value):
            yield MetricEntry(name, float(value), step, int(at.timestamp() * 1000))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
