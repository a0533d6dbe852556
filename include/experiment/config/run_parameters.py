"""What a run may choose: the DAG's params, typed; None means 'as the config says'.

The forms, what Airflow's REST API tells of them, and docs/run-parameters.md are made from these declarations.
"""

from typing import Any, Self

from pydantic import Field, model_validator

from include.experiment.config.accelerators import Accelerator
from include.experiment.config.base import Frozen, Identifier, PastMoment
from include.experiment.config.choices import (
    BatchSize,
    Epochs,
    EvalRatio,
    HoldoutDays,
    LearningRate,
    SamplePercent,
    SampleUnit,
    SplitStrategy,
    TrainRatio,
)
from include.experiment.config.form_fields import AS_THE_CONFIG_SAYS, FIRST, OTHER, ROWS, TRAINING, on_form
from include.experiment.config.optimizers import OptimizerName, OptimizerOption

RUN_PARAMETERS = "run parameters"
OVERFIT_EPOCHS_A_LINE = 10
_SAME_TEST_ROWS = "since trials are compared on the same test rows"
_OF_THE_SPLIT = on_form(ROWS, empty=AS_THE_CONFIG_SAYS, not_searched=_SAME_TEST_ROWS)
_NO_OTHER_RESULT = "since it changes no result"
_OF_AN_OVERFIT_CHECK = "since it belongs to an overfit check"


class ChosenRows(Frozen):
    """Whose rows a run trains on, and what it sees of them."""

    dataset: str = Field(
        default="complete_journey",
        title="Dataset",
        description="Which rows: a file in datasets.",
        json_schema_extra=on_form(FIRST, configs="datasets", not_searched=_SAME_TEST_ROWS),
    )
    features: str = Field(
        default="assortment",
        title="Features",
        description="What each tower sees: a file in features.",
        json_schema_extra=on_form(FIRST, configs="features"),
    )


class ChosenModel(Frozen):
    """The model that a run trains, by the name of its config."""

    model: str = Field(
        default="history",
        title="Model",
        description="Layers and optimizer: a file in models.",
        json_schema_extra=on_form(FIRST, configs="models"),
    )


class ChosenConfigs(ChosenModel, ChosenRows):
    """The three configs of a run, by name."""


class RowOverrides(Frozen):
    """How a run samples and splits its rows."""

    sample_percent: SamplePercent = Field(
        default=SamplePercent.P25,
        title="Sample, percent",
        description="Share of the train and eval rows. The test rows are always all of them.",
        json_schema_extra=on_form(FIRST),
    )
    sample_unit: SampleUnit = Field(
        default=SampleUnit.ROW,
        title="Sample unit",
        description="Keep single rows, or customers with all their rows; a graph model always takes "
        "customers.",
        json_schema_extra=on_form(ROWS),
    )
    split_strategy: SplitStrategy | None = Field(
        default=None,
        title="Split strategy",
        description="random: by hash. time_holdout: the last days are test. strict_time: train, eval and "
        "test follow each other in time. custom: by the two ratios.",
        json_schema_extra=_OF_THE_SPLIT,
    )
    train_ratio: TrainRatio | None = Field(
        default=None,
        title="Train ratio",
        description="Share of train rows, {bounds}.",
        json_schema_extra=_OF_THE_SPLIT,
    )
    eval_ratio: EvalRatio | None = Field(
        default=None,
        title="Eval ratio",
        description="Share of eval rows, {bounds}; for custom. 0: train and test are all there is, and 2 % "
        "of the train rows are held back for eval.",
        json_schema_extra=_OF_THE_SPLIT,
    )
    holdout_days: HoldoutDays | None = Field(
        default=None,
        title="Holdout, days",
        description="Length of the test split.",
        json_schema_extra=_OF_THE_SPLIT,
    )
    date_column: Identifier | None = Field(
        default=None,
        title="Date column",
        description="Split by this column instead of the dataset's date column.",
        json_schema_extra=on_form(ROWS, not_searched=_SAME_TEST_ROWS),
    )


class RunRows(RowOverrides):
    """Which state of its tables one run reads, besides.

    Attributes:
        source_as_of: The past moment whose tables are read, UTC unless it says otherwise; None reads them as
            they are.
    """

    source_as_of: PastMoment | None = Field(
        default=None,
        title="Source as of",
        description="Read all tables as they were at a past moment, as 2026-11-27T03:00:00Z, so that the run "
        "can be repeated; BigQuery keeps seven days by default.",
        json_schema_extra=on_form(ROWS, empty="as they are", not_searched=_SAME_TEST_ROWS),
    )


class ModelOverrides(Frozen):
    """What a run trains with in place of what its model config says.

    Attributes:
        model_options: Values of the model config's other fields, by name.
    """

    epochs: Epochs | None = Field(
        default=None,
        title="Epochs",
        description="Passes over the train rows, {bounds}.",
        json_schema_extra=on_form(FIRST, empty=AS_THE_CONFIG_SAYS),
    )
    batch_size: BatchSize | None = Field(
        default=None,
        title="Batch size",
        description="Rows a step, {bounds}.",
        json_schema_extra=on_form(TRAINING, empty=AS_THE_CONFIG_SAYS),
    )
    learning_rate: LearningRate | None = Field(
        default=None,
        title="Learning rate",
        description="{Bounds}. From 0.1 with three or more dense layers gradients often collapse.",
        json_schema_extra=on_form(FIRST, empty=AS_THE_CONFIG_SAYS),
    )
    optimizer: OptimizerName | None = Field(
        default=None,
        title="Optimizer",
        description="Replaces the model's optimizer.",
        json_schema_extra=on_form(TRAINING, empty=AS_THE_CONFIG_SAYS),
    )
    optimizer_options: dict[str, OptimizerOption] | None = Field(
        default=None,
        title="Optimizer options",
        description='JSON, for example {"initial_accumulator_value": 0.1}.',
        json_schema_extra=on_form(
            TRAINING,
            not_searched="and name each option as a dimension, such as optimizer_options.epsilon",
        ),
    )
    model_options: dict[str, Any] | None = Field(
        default=None,
        title="Model options",
        description='Other fields of the model config, JSON, for example {"embedding_dim": 64}.',
        json_schema_extra=on_form(TRAINING, not_searched="and name the model's fields as dimensions instead"),
    )


class TrainerOverrides(ModelOverrides):
    """What a run may choose of its Trainer, and a rerun may choose anew."""

    seed: int = Field(
        default=42,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="The same seed and rows give the same start of training.",
        json_schema_extra=on_form(TRAINING, not_searched="since a lucky seed is no better model"),
    )
    accelerator: Accelerator = Field(
        default=Accelerator.CPU,
        title="Accelerator",
        description="Hardware of the Trainer: on Vertex AI one of these; the local pipeline server takes cpu "
        "only.",
        json_schema_extra=on_form(OTHER, not_searched=_NO_OTHER_RESULT),
    )
    notes: str = Field(
        default="",
        max_length=5000,
        title="Notes",
        description="Why this run; kept with its record in MLflow.",
        json_schema_extra=on_form(OTHER, multiline=True, not_searched=_NO_OTHER_RESULT),
    )


class ParameterOverrides(TrainerOverrides, RowOverrides):
    """What a run may choose beside its three configs, and a schedule or a sweep for all its runs."""


class OverfitChoices(Frozen):
    """What an overfit check has beside other runs.

    Attributes:
        overfit_rows: Rows that the model is to learn by heart, in a run that checks it instead of training.
        learning_rate_factor: The learning rate, whatever says it, is multiplied by this.
    """

    overfit_rows: int | None = Field(
        default=None,
        ge=8,
        le=1024,
        title="Rows",
        description="Rows or graphs of the train split that the model is to learn by heart, {bounds}.",
        json_schema_extra=on_form(FIRST, not_searched=_OF_AN_OVERFIT_CHECK),
    )
    learning_rate_factor: float | None = Field(
        default=None,
        gt=0,
        le=1000,
        title="Learning rate factor",
        description="The learning rate, the config's or the one above, is multiplied by this.",
        json_schema_extra=on_form(FIRST, not_searched=_OF_AN_OVERFIT_CHECK),
    )


class RunParameters(OverfitChoices, TrainerOverrides, RunRows, ChosenConfigs):
    """The choices of one run."""

    @model_validator(mode="after")
    def _overfit_epochs_fill_lines(self) -> Self:
        if self.overfit_rows is not None and (self.epochs is None or self.epochs % OVERFIT_EPOCHS_A_LINE):
            raise ValueError(
                f"use epochs in multiples of {OVERFIT_EPOCHS_A_LINE} with overfit_rows, since the check "
                "measures the model that often"
            )
        return self
