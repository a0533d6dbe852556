"""What an experiment has left in its folder, as far as it can be read."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from include import storage
from include.artifacts.experiment import ExperimentFolder
from include.experiment.resolve.experiment import Experiment
from include.overview.files import ShownFile, shown_files
from include.overview.quality import QualitySummary, quality_summary
from include.tracking.errors import InvalidMetricsFile
from include.tracking.training_metrics import TrainingMetrics, read_training_metrics


@dataclass(frozen=True)
class ExperimentFiles:
    """The files of an experiment.

    Attributes:
        experiment: None where it was refused before it was resolved, or cannot be read.
        metrics: None where training never began, or they cannot be read.
        problems: Why a file that is there cannot be read.
    """

    experiment: Experiment | None
    metrics: TrainingMetrics | None
    quality: QualitySummary | None
    shown: tuple[ShownFile, ...]
    problems: tuple[str, ...]


def read_files(folder: ExperimentFolder) -> ExperimentFiles:
    """Read the files of an experiment."""
    names = frozenset(storage.list_names(folder.uri))
    problems: list[str] = []
    return ExperimentFiles(
        experiment=_experiment(folder, problems) if ExperimentFolder.experiment.name in names else None,
        metrics=_metrics(folder, problems) if ExperimentFolder.metrics.name in names else None,
        quality=_quality(folder, names) if ExperimentFolder.quality.name in names else None,
        shown=tuple(shown_files(names)),
        problems=tuple(problems),
    )


def _experiment(folder: ExperimentFolder, problems: list[str]) -> Experiment | None:
    try:
        return Experiment.from_json(storage.read_bytes(folder.experiment))
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, each["loc"])) for each in error.errors()[:3])
        problems.append(
            f"{ExperimentFolder.experiment.name}: {fields} cannot be read by this version of recsflow; read "
            "it with the version that wrote it."
        )
        return None


def _metrics(folder: ExperimentFolder, problems: list[str]) -> TrainingMetrics | None:
    try:
        return read_training_metrics(folder.metrics)
    except InvalidMetricsFile as error:
        problems.append(str(error))
        return None


def _quality(folder: ExperimentFolder, names: frozenset[str]) -> QualitySummary:
    has_report = ExperimentFolder.quality_report.name in names
    return quality_summary(storage.read_bytes(folder.quality), has_report=has_report)
