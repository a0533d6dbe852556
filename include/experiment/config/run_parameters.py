"""What a run may choose: the DAG's params, typed; None means 'as the config says'."""

from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from include.experiment.config.base import Frozen, Identifier
from include.experiment.config.choices import (
    MAX_NOTES,
    Accelerator,
    OptimizerName,
    OptimizerOption,
    SamplePercent,
    SampleUnit,
    SplitStrategy,
)

RUN_PARAMETERS = "run parameters"
OVERFIT_EPOCHS_A_LINE = 10


def _past(moment: datetime) -> datetime:
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if utc > datetime.now(UTC):
        raise ValueError("use a moment that has passed, such as 2026-11-27T03:00:00Z, or leave it empty")
    return utc


class ChosenConfigs(Frozen):
    """The three configs of a run, by name."""

    dataset: str = "complete_journey"
    features: str = "assortment"
    model: str = "history"


class ParameterOverrides(Frozen):
    """What a run may choose beside its three configs; None means 'as the config says'.

    Attributes:
        model_options: Values of the model config's other fields, by name.
    """

    sample_percent: SamplePercent = SamplePercent.P25
    sample_unit: SampleUnit = SampleUnit.ROW
    split_strategy: SplitStrategy | None = None
    train_ratio: float | None = Field(default=None, gt=0, lt=1)
    eval_ratio: float | None = Field(default=None, ge=0, lt=1)
    holdout_days: int | None = Field(default=None, ge=1, le=3650)
    date_column: Identifier | None = None
    epochs: int | None = Field(default=None, ge=1, le=1000)
    batch_size: int | None = Field(default=None, ge=2, le=1_048_576)
    learning_rate: float | None = Field(default=None, gt=0, le=10)
    optimizer: OptimizerName | None = None
    optimizer_options: dict[str, OptimizerOption] | None = None
    model_options: dict[str, Any] | None = None
    seed: int = Field(default=42, ge=0, lt=2**31)
    accelerator: Accelerator = Accelerator.CPU
    notes: str = Field(default="", max_length=MAX_NOTES)


class RunParameters(ParameterOverrides, ChosenConfigs):
    """The choices of one run.

    Attributes:
        source_as_of: The past moment whose tables are read, UTC unless it says otherwise; None reads them as
            they are.
        overfit_rows: Rows that the model is to learn by heart, in a run that checks it instead of training.
        learning_rate_factor: The learning rate, whatever says it, is multiplied by this.
    """

    source_as_of: Annotated[datetime, AfterValidator(_past)] | None = None
    overfit_rows: int | None = Field(default=None, ge=8, le=1024)
    learning_rate_factor: float | None = Field(default=None, gt=0, le=1000)

    @model_validator(mode="after")
    def _overfit_epochs_fill_lines(self) -> Self:
        if self.overfit_rows is not None and (self.epochs is None or self.epochs % OVERFIT_EPOCHS_A_LINE):
            raise ValueError(
                f"use epochs in multiples of {OVERFIT_EPOCHS_A_LINE} with overfit_rows, since the check "
                "measures the model that often"
            )
        return self
