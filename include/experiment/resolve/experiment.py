"""The resolved experiment: one frozen object that says everything about a run, kept as experiment.json."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from pydantic import Field

from include.experiment.config.base import Frozen
from include.experiment.config.choices import SampleUnit, SplitStrategy
from include.experiment.config.column_types import StagedType
from include.experiment.config.dataset_config import DatasetConfig, Role
from include.experiment.config.feature_config import FeatureConfig
from include.experiment.config.models import ModelConfig
from include.experiment.config.run_parameters import RunParameters
from include.experiment.resolve.identity import pipeline_name, run_title
from include.experiment.resolve.source_state import SourceState


class Severity(StrEnum):
    """How much a warning matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class ConfigWarning(Frozen):
    """Something that runs but probably not as wished.

    Attributes:
        severity: How much it matters.
        field: The YAML path or run parameter.
        message: What is wrong, as a sentence.
        recommended: What to use instead, e.g. `0.001 to 0.05`.
    """

    severity: Severity
    field: str
    message: str
    recommended: str

    def __str__(self) -> str:
        return f"[{self.severity.value}] {self.field}: {self.message} Recommended: {self.recommended}."


# Of the train rows, where a run asks for no eval rows.
HELD_BACK_OF_TRAIN = 0.02


class SplitPlan(Frozen):
    """How the rows are sampled and split, with every default filled in.

    Attributes:
        strategy: How rows are divided.
        train_ratio: Share of train rows as asked for, of those that are divided by hash.
        eval_ratio: Share of eval rows as asked for, of those that are divided by hash; the rest is test.
        holdout_days: Days of the test split, for the strategies that go by time.
        sample_percent: Share of train and eval rows that is kept.
        sample_unit: Whether rows or customers are sampled.
    """

    strategy: SplitStrategy
    train_ratio: float
    eval_ratio: float
    holdout_days: int
    sample_percent: int
    sample_unit: SampleUnit

    @property
    def held_back(self) -> float:
        """Share of rows that eval takes from train, since eval was asked to have none; otherwise 0.

        Training cannot do without any: val_* metrics, early stopping and a history's weights need rows that
        the model has not learned from.
        """
        without_eval = self.strategy is SplitStrategy.CUSTOM and self.eval_ratio == 0
        return round(self.train_ratio * HELD_BACK_OF_TRAIN, 6) if without_eval else 0.0

    @property
    def train_share(self) -> float:
        """Share of train rows, of those that are divided by hash."""
        return round(self.train_ratio - self.held_back, 6)

    @property
    def eval_share(self) -> float:
        """Share of eval rows, of those that are divided by hash; the rest is test."""
        return self.eval_ratio + self.held_back

    @property
    def by_time(self) -> bool:
        """Whether the test split is the newest part of the window."""
        return self.strategy in {SplitStrategy.TIME_HOLDOUT, SplitStrategy.STRICT_TIME}


class StagedColumn(Frozen):
    """A column of the staged table.

    Attributes:
        name: Its name there and in the dataset config.
        bigquery_type: Its type in the warehouse.
        staged_type: Its type in the staged table.
        separator: What the values of an array are joined by; None where it is no array.
    """

    name: str
    bigquery_type: str
    staged_type: StagedType
    separator: str | None = None


class Experiment(Frozen):
    """One run, with every default filled in and everything checked that can be before it starts.

    Attributes:
        window_end: Exclusive end of the rows, midnight UTC.
        dataset: The dataset after the run's date column.
        model: The model after the run's hyperparameters.
        training: The hyperparameters, as JSON, under the names that the trainer's config has.
        sources: Where each hyperparameter and split value came from.
        columns: The staged columns, without `split`; none where the warehouse was not asked for types.
        filter_types: Warehouse types of the columns that filters name.
        recency_types: Warehouse types of the columns that `latest_by` names, by alias of their table.
        partition_types: Warehouse types of partition columns, by alias of their table.
        source_state: Which state of the tables the rows are of; None where the warehouse was not asked.
        parent_experiment_id: The experiment whose Transform output a rerun trains on.
        schedule: Name of the schedule that the run belongs to.
        sweep_id: The sweep that it is a trial of.
        trial: The trial's number in it.
        number: The run's among those of its DAG, of a trial its sweep's; None of one that is only planned.
    """

    experiment_id: str
    dag_id: str
    run_id: str
    window_end: datetime
    parameters: RunParameters
    dataset: DatasetConfig
    features: FeatureConfig
    model: ModelConfig
    training: dict[str, Any]
    split: SplitPlan
    sources: dict[str, str]
    warnings: tuple[ConfigWarning, ...]
    columns: tuple[StagedColumn, ...]
    filter_types: dict[str, str]
    recency_types: dict[str, str] = Field(default_factory=dict)
    partition_types: dict[str, str] = Field(default_factory=dict)
    source_state: SourceState | None = None
    parent_experiment_id: str | None = None
    schedule: str | None = None
    sweep_id: str | None = None
    trial: int | None = None
    number: int | None = None

    @property
    def display_name(self) -> str:
        """What people call the run: `quick_test #12 · fast · basic`."""
        trial = [] if self.trial is None else [f"trial {self.trial}"]
        return run_title(self.dag_id, self.number, *trial, self.model.name, self.features.name)

    @property
    def pipeline_name(self) -> str:
        """Name of the pipeline, stable per dataset and feature config."""
        return pipeline_name(self.dataset.name, self.features.name)

    @property
    def reads_graphs(self) -> bool:
        """Whether the rows become graphs, instead of transformed examples."""
        return self.model.kind.reads_graphs

    @property
    def window_start(self) -> datetime | None:
        """Inclusive start of the rows; None where all history is used."""
        days = self.dataset.history_days
        return None if days is None else self.window_end - timedelta(days=days)

    @property
    def test_start(self) -> datetime | None:
        """Inclusive start of the test split, where it goes by time."""
        return self.window_end - timedelta(days=self.split.holdout_days) if self.split.by_time else None

    @property
    def eval_start(self) -> datetime | None:
        """Inclusive start of the eval split, where it goes by time."""
        if self.split.strategy is not SplitStrategy.STRICT_TIME:
            return None
        return self.window_end - timedelta(days=2 * self.split.holdout_days)

    @property
    def history_columns(self) -> list[str]:
        """The staged columns that are kept of rows which the sample leaves out: who bought what, and when.

        The label is among them, and the visit where rows become graphs.
        """
        basket = self.dataset.with_role(Role.BASKET) if self.reads_graphs else None
        ids = (self.dataset.customer_id, self.dataset.product_id)
        others = (self.dataset.label, basket.name if basket else None)
        return [*ids, self.dataset.date_column, *(name for name in others if name)]

    def column(self, name: str) -> StagedColumn:
        """Return the staged column called `name`."""
        return next(column for column in self.columns if column.name == name)

    def to_json(self) -> str:
        """Return the experiment as indented JSON."""
        return self.model_dump_json(indent=2)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the experiment that `to_json` wrote."""
        return cls.model_validate_json(text)
