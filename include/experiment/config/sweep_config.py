"""A sweep config: an experiment of which some values are searched for."""

from typing import Annotated, Any

from pydantic import Field

from include.experiment.config.base import NamedConfig
from include.experiment.config.dimensions import Space
from include.experiment.config.run_parameters import ParameterOverrides

Trials = Annotated[int, Field(ge=1, le=200)]
ParallelTrials = Annotated[int, Field(ge=1, le=32)]


class SweepConfig(NamedConfig):
    """What is searched, as written in `sweeps/<name>.yaml`.

    Attributes:
        dataset: Name of the dataset config.
        features: Name of the feature config, unless it is a dimension.
        model: Name of the model config, unless it is a dimension.
        space: Dimensions by the name of the run parameter or the model's field that each one sets.
        metric: What the best trial has most or least of; by default what the model's type is judged by.
        trials: How many points of the space are tried.
        parallel_trials: How many of them at once.
        parameters: Run parameters that all trials share.
    """

    dataset: str
    features: str
    model: str
    space: Space = Field(min_length=1)
    metric: str | None = None
    trials: Trials = 20
    parallel_trials: ParallelTrials = 2
    parameters: ParameterOverrides = ParameterOverrides()

    def run_parameters(self) -> dict[str, Any]:
        """Returns what all trials share, by the names of the run parameters."""
        return {
            "dataset": self.dataset,
            "features": self.features,
            "model": self.model,
            **self.parameters.model_dump(mode="json", exclude_unset=True),
        }
