"""What a sweep found best, in the runs of a schedule that follows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.errors import ConfigError
from include.experiment.config.schedule_loader import load_schedule
from include.experiment.resolve.experiment import ConfigWarning, Severity
from include.sweep.winner import read_winner, tuned
from recsflow.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from include.experiment.resolve.experiment import Experiment
    from include.sweep.winner import SweepWinner


@dataclass(frozen=True)
class TunedRun:
    """A run's parameters, with those that its schedule's sweep found.

    Attributes:
        winner: Of that sweep; None where the schedule follows none.
        names: What is the winner's, by the names of an experiment's `sources`.
    """

    parameters: Mapping[str, Any]
    winner: SweepWinner | None = None
    names: frozenset[str] = frozenset()

    def credited(self, experiment: Experiment) -> Experiment:
        """Return the experiment, with the sweep among its sources."""
        if self.winner is None or not self.names:
            return experiment
        source = f"sweep {self.winner.sweep_id}"
        found = {name: source for name in self.names if name in experiment.sources}
        warnings = (*experiment.warnings, *_from_the_future(self.winner, experiment))
        changes = {"sources": {**experiment.sources, **found}, "warnings": warnings}
        return experiment.model_copy(update=changes)


def tuned_run(parameters: Mapping[str, Any], schedule: str | None) -> TunedRun:
    """Return a run's parameters with what its schedule's sweep found.

    Args:
        parameters: The run's, as Airflow hands them over.
        schedule: The schedule of its DAG; None for a DAG that only people trigger.

    Raises:
        ConfigError: The schedule follows a sweep of which no run has finished, or on another dataset.
    """
    if schedule is None:
        return TunedRun(parameters)
    try:
        config = load_schedule(schedule)
    except ConfigError:
        return TunedRun(parameters)  # `resolve` reports it with everything else
    if config.sweep is None:
        return TunedRun(parameters)
    winner = read_winner(load_settings().layout.winner(config.sweep), f"schedules/{schedule}.yaml")
    changed, names = tuned(parameters, config, winner)
    return TunedRun(changed, winner, frozenset(names))


def _from_the_future(winner: SweepWinner, experiment: Experiment) -> tuple[ConfigWarning, ...]:
    """Say where the sweep has seen rows of the test split, as in a backfill of earlier days."""
    begins = experiment.test_start or experiment.window_start
    if begins is not None and winner.chosen_before <= begins:
        return ()
    chosen = f"was chosen by rows until {winner.chosen_before:%Y-%m-%d}"
    test = f"the test split begins on {begins:%Y-%m-%d}" if begins else "the test split is of any date"
    return (
        ConfigWarning(
            severity=Severity.MEDIUM,
            field="sweep",
            message=f"The winner of {winner.sweep_id} {chosen}, but {test}: its metrics look too good.",
            recommended="runs of later dates, to judge the winner by",
        ),
    )
