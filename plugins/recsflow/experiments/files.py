"""Files of an experiment, by the URI of its experiment.json."""

from __future__ import annotations

from include import storage
from include.experiment.resolve.experiment import Experiment

EXPERIMENT_FILE = "experiment.json"


def read_experiment(uri: str) -> Experiment:
    """Return the resolved experiment."""
    return Experiment.from_json(storage.read_text(uri))


def sibling(experiment_uri: str, name: str) -> str:
    """Return the URI of another file of the same experiment."""
    return f"{experiment_uri.rpartition('/')[0]}/{name}"
