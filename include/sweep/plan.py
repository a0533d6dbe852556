"""What a sweep does, with every default filled in; kept as sweep.json, which all its trials read."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from include.errors import ConfigError, Problem
from include.experiment.config.base import Frozen
from include.experiment.config.dimensions import Space
from include.experiment.config.run_parameters import RUN_PARAMETERS
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.identity import experiment_id
from include.metrics.metric import Direction
from include.sweep.objective import direction, of_eval_split
from include.sweep.parameters import set_by


class SweepPlan(Frozen):
    """A sweep.

    Attributes:
        name: The sweep config whose space is searched; '' for a space that the form gave.
        parameters: Run parameters that all trials share.
        seed: Of the sampler; the trials' own is a run parameter.
        window_end: The logical date, where the rows of quick_test would end.
        number: The sweep's among the runs of its DAG.
    """

    sweep_id: str
    name: str
    parameters: dict[str, Any]
    space: Space
    metric: str
    trials: int
    parallel_trials: int
    seed: int
    window_end: datetime
    number: int | None = None

    @property
    def direction(self) -> Direction:
        """Whether large or small values of the metric are good."""
        return direction(self.metric)

    def trial_id(self, number: int) -> str:
        """Return the experiment id of a trial, the same in a sweep that is resumed."""
        return experiment_id(self.sweep_id, f"trial-{number}")

    def as_trial(self, experiment: Experiment, number: int, point: Mapping[str, Any]) -> Experiment:
        """Return the experiment of a trial's run parameters as that trial, on the window that it may see.

        Args:
            experiment: On the window of the run's own logical date.
            number: The trial's number.
            point: A value for each dimension.

        Raises:
            ConfigError: The metric is one of the test split, which has no earlier window to be measured on.
        """
        end = experiment.window_end
        if not of_eval_split(self.metric):
            if not experiment.split.by_time:
                received = f"is {self.metric!r} beside split strategy {experiment.split.strategy.value}"
                remedy = (
                    "use time_holdout or strict_time, so that trials are measured on days before the test "
                    "split, or a metric of the eval split such as val_loss"
                )
                raise ConfigError([Problem(RUN_PARAMETERS, "metric", received, remedy)])
            end -= timedelta(days=experiment.split.holdout_days)
        changes = {
            "experiment_id": self.trial_id(number),
            "window_end": end,
            "sweep_id": self.sweep_id,
            "trial": number,
            "number": self.number,
            "sources": {**experiment.sources, **dict.fromkeys(set_by(point), f"sweep {self.sweep_id}")},
        }
        return experiment.model_copy(update=changes)

    def to_json(self) -> str:
        """Return the plan as indented JSON."""
        return self.model_dump_json(indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the plan that `to_json` wrote."""
        return cls.model_validate_json(text)
