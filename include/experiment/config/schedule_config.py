"""A schedule: an experiment that is run again and again, on the rows up to each run's logical date."""

from typing import Any

from include.experiment.config.base import NamedConfig
from include.experiment.config.choices import SamplePercent
from include.experiment.config.promotion_rule import PromotionRule
from include.experiment.config.push_config import PushConfig
from include.experiment.config.run_parameters import ParameterOverrides


class ScheduleConfig(NamedConfig):
    """What is trained when.

    Attributes:
        schedule: A cron expression such as `0 5 * * 1`, in UTC, or a name such as `@weekly`; None where only
            assets start a run.
        assets: URIs of Airflow assets, such as `bigquery://project/dataset/table`; a run starts when all of
            them have had an event.
        dataset: Name of the dataset config.
        features: Name of the feature config.
        model: Name of the model config.
        parameters: Run parameters that differ from the configs; all rows are sampled unless they say less.
        sweep: A sweep config; each run takes what the newest sweep of it found best, where neither
            `parameters` nor a person says otherwise.
        promotion: What a trained model has to show before it becomes the schedule's champion.
        push: Where a new champion is served; None where nothing is done with it.
    """

    schedule: str | None = None
    assets: tuple[str, ...] = ()
    dataset: str
    features: str
    model: str
    parameters: ParameterOverrides = ParameterOverrides()
    sweep: str | None = None
    promotion: PromotionRule = PromotionRule()
    push: PushConfig | None = None

    def run_parameters(self) -> dict[str, Any]:
        """Returns what its runs are triggered with, by the names of the run parameters."""
        return {
            "dataset": self.dataset,
            "features": self.features,
            "model": self.model,
            "sample_percent": SamplePercent.P100.value,
            **self.parameters.model_dump(mode="json", exclude_unset=True),
        }
