"""The run's parameters: TFX's custom config, parsed once into frozen values, every problem named at once."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from recsflow_trainer.config_section import Section, problems
from recsflow_trainer.errors import TrainingConfigError
from recsflow_trainer.examples.history_rows import HistoryFiles
from recsflow_trainer.training.optimizers import OPTIMIZERS

SMALLEST_SAMPLE = 8  # fewer rows are learnt by chance
OVERFIT_EPOCHS_A_LINE = 10
_SMALLEST_BATCH = 2  # a row has nothing to be told from in a batch of its own
_OPTIMIZER = f"^({'|'.join(OPTIMIZERS)})$"

Text = Annotated[str, Field(min_length=1)]


class TrainingParameters(Section):
    """The hyperparameters of one run.

    Attributes:
        epochs: Passes over the training rows.
        batch_size: Rows a step; in-batch negatives a row plus one.
        learning_rate: Step size of the optimizer.
        optimizer: Its name, one of `optimizers.OPTIMIZERS`.
        optimizer_options: Further arguments of that Keras optimizer.
        clipnorm: Longest gradient a weight may get; None never clips.
        seed: Of the initial weights and of the order of rows.
        early_stopping_patience: Epochs without a better validation loss before training stops; None never
            stops.
        collapse_patience: Collapsed epochs in a row before training stops.
        min_steps_per_epoch: Batches are made smaller where a pass would have fewer of them.
        learning_rate_decay: "linear" lowers the rate from epoch to epoch, towards 0 after the last one;
            "none" keeps it.
    """

    epochs: int = Field(ge=1, description="an integer of 1 or more")
    batch_size: int = Field(ge=2, description="an integer of 2 or more")
    learning_rate: float = Field(gt=0, description="a finite number above 0")
    optimizer: str = Field(pattern=_OPTIMIZER, description=f"one of: {', '.join(OPTIMIZERS)}")
    seed: int = Field(ge=0, description="an integer of 0 or more")
    optimizer_options: Mapping[str, Any] = Field(default_factory=dict, description="an object")
    clipnorm: float | None = Field(default=1.0, gt=0, description="a number above 0, or null for no clipping")
    early_stopping_patience: int | None = Field(default=None, ge=1, description="1 or more epochs, or null")
    collapse_patience: int = Field(default=1, ge=1, description="1 or more epochs")
    min_steps_per_epoch: int = Field(default=1, ge=1, description="an integer of 1 or more")
    learning_rate_decay: Literal["none", "linear"] = Field(default="none", description="none or linear")

    def batch_rows(self, rows: int) -> int:
        """Returns the rows of a batch where there are so many training rows."""
        return max(min(self.batch_size, rows // self.min_steps_per_epoch), _SMALLEST_BATCH)


class OverfitCheck(Section):
    """Learn a few rows by heart instead of training; `rows` of the train split, all of them each step."""

    rows: int = Field(ge=SMALLEST_SAMPLE, description=f"an integer of {SMALLEST_SAMPLE} or more")


class TrainerConfig(Section):
    """What the orchestrator says about one run: who it is, where its metrics go, on what and how to train.

    With an `overfit_check` nothing is trained, evaluated or saved. With a `history`, the rows are a sample.
    """

    experiment_id: Text = Field(description="a name")
    metrics_uri: Text = Field(description="the URI of training_metrics.json")
    training: TrainingParameters = Field(description="an object")
    accelerator: Text = Field(default="cpu", description="cpu, or the accelerator's name")
    overfit_check: OverfitCheck | None = Field(default=None, description="an object")
    history: HistoryFiles | None = Field(default=None, description="an object")

    @model_validator(mode="after")
    def _overfit_check_measures_every_few_epochs(self) -> Self:
        if self.overfit_check and self.training.epochs % OVERFIT_EPOCHS_A_LINE:
            raise ValueError(
                f"training.epochs is {self.training.epochs}; use a multiple of {OVERFIT_EPOCHS_A_LINE} in an "
                "overfit check, which measures the model that often."
            )
        return self


def as_mapping(custom_config: Any) -> Mapping[str, Any]:
    """Returns TFX's custom config as a mapping, whether it came as one or as a JSON string."""
    config = custom_config
    if isinstance(config, str):
        try:
            config = json.loads(config)
        except json.JSONDecodeError as error:
            raise TrainingConfigError(
                f"trainer_config is not JSON ({error}): {custom_config!r:.200}."
            ) from None
    if not isinstance(config, Mapping):
        raise TrainingConfigError(f"trainer_config is {custom_config!r:.200}; pass a JSON object.")
    return config


def parse_config(config: Mapping[str, Any]) -> TrainerConfig:
    """Validates a custom config.

    Raises:
        TrainingConfigError: It lists every field that is missing, unknown or out of range.
    """
    try:
        return TrainerConfig.model_validate(dict(config))
    except ValidationError as error:
        listed = "\n".join(f"- {problem}" for problem in problems(error, TrainerConfig))
        raise TrainingConfigError(f"trainer_config is wrong:\n{listed}") from None
