"""The resolved experiment, as a run has kept it."""

from __future__ import annotations

from include import storage
from include.experiment.resolve.experiment import Experiment


def read_experiment(uri: str) -> Experiment:
    """Return the resolved experiment."""
    return Experiment.from_json(storage.read_text(uri))
