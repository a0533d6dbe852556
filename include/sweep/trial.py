"""One trial of a sweep, kept as a file of its own: two trials at once never write the same file."""

from datetime import UTC, datetime
from typing import Any, Self

from pydantic import Field

from include import storage
from include.artifacts.sweep import SweepFolder
from include.experiment.config.base import Frozen
from include.sweep.objective import TrialState


class Trial(Frozen):
    """A point of the search space, and what came of it.

    Attributes:
        number: Counted from 0.
        point: A value for each dimension of the space, by its name.
        parameters: The run parameters that the point stands for, those that all trials share included.
        value: The sweep's metric; None where there is none, and for what is not complete.
        metric: What that is of, such as `recall@100` in a sweep by the headline; empty without a value.
        baseline: The best baseline's value of that metric on the same rows.
        test: What training reports of its test split, by measure.
        reason: Why a trial failed or was pruned.
        source_state: Of the tables that its rows are from, as a run says it; empty where none was read.
        mlflow_run_id: Where it is recorded; None until it is.
    """

    number: int
    experiment_id: str
    point: dict[str, Any]
    parameters: dict[str, Any]
    state: TrialState = TrialState.RUNNING
    value: float | None = None
    metric: str = ""
    baseline: float | None = None
    test: dict[str, float | None] = Field(default_factory=dict)
    verdict: str = ""
    reason: str = ""
    source_state: str = ""
    mlflow_run_id: str | None = None
    started_at: datetime
    ended_at: datetime | None = None

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing left to do; a failed trial is tried again when a sweep is resumed."""
        if self.state is TrialState.COMPLETE:
            return self.mlflow_run_id is not None
        return self.state is TrialState.PRUNED

    def begun_again(self) -> Self:
        """Return the trial at its start, with the same point; for one that failed or was not recorded."""
        kept = {"number", "experiment_id", "point", "parameters"}
        return type(self)(**self.model_dump(include=kept), started_at=datetime.now(UTC))


def write_trial(sweep: SweepFolder, trial: Trial) -> str:
    """Write a trial's file and return its URI."""
    return storage.write_text(sweep.trial(trial.number), trial.model_dump_json(indent=2) + "\n")


def read_trial(uri: str) -> Trial:
    """Read a trial's file; FileNotFoundError when it was not suggested yet."""
    return Trial.model_validate_json(storage.read_bytes(uri))


def read_trials(sweep: SweepFolder, count: int) -> dict[int, Trial]:
    """Read the trials that were suggested so far, by number.

    Args:
        sweep: Whose trials.
        count: How many trials the sweep has.
    """
    found = {}
    for number in range(count):
        try:
            found[number] = read_trial(sweep.trial(number))
        except FileNotFoundError:
            continue
    return found
