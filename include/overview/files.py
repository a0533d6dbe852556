"""The files of an experiment that a person reads."""

from __future__ import annotations

from collections.abc import Collection

from include.artifacts.experiment import ExperimentFolder
from include.experiment.config.base import Frozen

_TITLES = {
    ExperimentFolder.query: "SQL of the rows",
    ExperimentFolder.transform_module: "Transform module",
    ExperimentFolder.trainer_module: "Trainer module",
    ExperimentFolder.experiment: "Experiment, with all configs",
    ExperimentFolder.quality_report: "Quality report",
    ExperimentFolder.quality: "Quality checks",
    ExperimentFolder.row_account: "What became of the rows",
    ExperimentFolder.metrics: "Training metrics",
    ExperimentFolder.scores: "Scores beside the champion's",
}
TITLES = {part.name: title for part, title in _TITLES.items()}
_KINDS = {"sql": "sql", "py": "python", "json": "json", "html": "html"}


class ShownFile(Frozen):
    """A file; `kind` is the language that it is written in: sql, python, json or html."""

    name: str
    title: str
    kind: str


def shown_files(names: Collection[str]) -> list[ShownFile]:
    """Return which of the files in an experiment's folder are shown, in the order of reading."""
    return [
        ShownFile(name=name, title=title, kind=kind_of(name))
        for name, title in TITLES.items()
        if name in names
    ]


def kind_of(name: str) -> str:
    """Return the language of a shown file."""
    return _KINDS[name.rpartition(".")[2]]
