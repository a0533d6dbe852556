"""The folder of a sweep, and what the sweeps of a config leave for the runs after them."""

from __future__ import annotations

from dataclasses import dataclass

from include.artifacts.artifact import Artifact, file, inside
from include.experiment.resolve.identity import EXPERIMENT_ID


@dataclass(frozen=True)
class SweepFolder(Artifact, path="sweeps/{sweep_id}", names={"sweep_id": EXPERIMENT_ID}):
    """A sweep's plan, its trials, and what it found.

    Attributes:
        sweep_id: From DAG id and run id.
    """

    sweep_id: str

    plan = inside("sweep.json")
    trials = inside("trials")
    trials_table = inside("trials.txt")
    best = inside("best.json")
    best_schedule = inside("best_schedule.yaml")
    history_plot = inside("history.png")
    importance_plot = inside("importance.png")

    def trial(self, number: int) -> str:
        """Return the URI of a trial's file, counted from 0."""
        return f"{self.trials}/{number}.json"


@dataclass(frozen=True)
class KeptWinner(Artifact, path="sweeps/winners/{sweep}"):
    """The newest winner of a sweep config, which a schedule's `sweep` reads.

    Attributes:
        sweep: Name of the config.
    """

    sweep: str

    winner = file(".json")
