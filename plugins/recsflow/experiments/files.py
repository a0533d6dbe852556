"""Files of an experiment, by the URI of its experiment.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include import storage

if TYPE_CHECKING:
    from include.experiment.resolve.experiment import Experiment

EXPERIMENT_FILE = "experiment.json"


def read_experiment(uri: str) -> Experiment:
    """Return the resolved experiment."""
    from include.experiment.resolve.experiment import Experiment

    return Experiment.from_json(storage.read_text(uri))


def sibling(experiment_uri: str, name: str) -> str:
    """Return the URI of another file of the same experiment."""
    return f"{experiment_uri.rpartition('/')[0]}/{name}"
