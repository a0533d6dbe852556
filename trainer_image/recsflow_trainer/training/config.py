"""The run's parameters: TFX's custom config, parsed once into frozen values, every problem named at once."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from recsflow_trainer.errors import TrainingConfigError
from recsflow_trainer.examples.history_rows import HistoryFiles
from recsflow_trainer.training.optimizers import OPTIMIZERS

SMALLEST_SAMPLE = 8  # fewer rows are learnt by chance
OVERFIT_EPOCHS_A_LINE = 10
_SMALLEST_BATCH = 2  # a row has nothing to be told from in a batch of its own
_MISSING = object()


@dataclass(frozen=True)
class TrainingParameters:
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

    epochs: int
    batch_size: int
    learning_rate: float
    optimizer: str
    seed: int
    optimizer_options: Mapping[str, Any] = field(default_factory=dict)
    clipnorm: float | None = 1.0
    early_stopping_patience: int | None = None
    collapse_patience: int = 1
    min_steps_per_epoch: int = 1
    learning_rate_decay: str = "none"

    def batch_rows(self, rows: int) -> int:
        """Returns the rows of a batch where there are so many training rows."""
        return max(min(self.batch_size, rows // self.min_steps_per_epoch), _SMALLEST_BATCH)


@dataclass(frozen=True)
class OverfitCheck:
    """Learn a few rows by heart instead of training; `rows` of the train split, all of them each step."""

    rows: int


@dataclass(frozen=True)
class TrainerConfig:
    """What the orchestrator says about one run: who it is, where its metrics go, on what and how to train.

    With an `overfit_check` nothing is trained, evaluated or saved. With a `history`, the rows are a sample.
    """

    experiment_id: str
    metrics_uri: str
    training: TrainingParameters
    accelerator: str = "cpu"
    overfit_check: OverfitCheck | None = None
    history: HistoryFiles | None = None


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
    problems: list[str] = []
    top = _fields(config, _TOP, "", problems)
    values = _section(config, "training", _TRAINING, problems)
    overfit = _section(config, "overfit_check", _OVERFIT_CHECK, problems)
    history = _section(config, "history", _HISTORY, problems)
    if overfit and values.get("epochs", 0) % OVERFIT_EPOCHS_A_LINE:
        problems.append(
            f"training.epochs is {values['epochs']}; use a multiple of {OVERFIT_EPOCHS_A_LINE} in an overfit "
            "check, which measures the model that often."
        )
    if problems:
        raise TrainingConfigError(
            "trainer_config is wrong:\n" + "\n".join(f"- {problem}" for problem in problems)
        )
    return TrainerConfig(
        experiment_id=top["experiment_id"],
        metrics_uri=top["metrics_uri"],
        training=TrainingParameters(**values),
        accelerator=top.get("accelerator", "cpu"),
        overfit_check=OverfitCheck(**overfit) if overfit else None,
        history=HistoryFiles(**history) if history else None,
    )


@dataclass(frozen=True)
class _Rule:
    valid: Callable[[Any], bool]
    remedy: str
    required: bool = True


def _section(
    config: Mapping[str, Any], name: str, rules: Mapping[str, _Rule], problems: list[str]
) -> dict[str, Any]:
    """Returns the fields of an object in the config, none where there is no such object."""
    section = config.get(name)
    if section is None:
        return {}
    if not isinstance(section, Mapping):
        problems.append(f"{name} is {section!r}; pass an object.")
        return {}
    return _fields(section, rules, f"{name}.", problems)


def _fields(
    given: Mapping[str, Any], rules: Mapping[str, _Rule], prefix: str, problems: list[str]
) -> dict[str, Any]:
    """Returns the fields that obey their rule and appends a sentence about each other one to `problems`."""
    unknown = sorted(set(given) - set(rules))
    problems.extend(f"{prefix}{name} is unknown; use one of: {', '.join(rules)}." for name in unknown)
    values = {}
    for name, rule in rules.items():
        value = given.get(name, _MISSING)
        if value is _MISSING:
            if rule.required:
                problems.append(f"{prefix}{name} is missing; give {rule.remedy}.")
        elif not rule.valid(value):
            problems.append(f"{prefix}{name} is {value!r}; use {rule.remedy}.")
        else:
            values[name] = value
    return values


def _is_integer(low: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= low


def _is_positive(value: Any) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _or_null(valid: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or valid(value)


_TOP = {
    "experiment_id": _Rule(_is_text, "a name"),
    "metrics_uri": _Rule(_is_text, "the URI of training_metrics.json"),
    "training": _Rule(lambda value: value is not None, "an object"),
    "accelerator": _Rule(_is_text, "cpu, or the accelerator's name", required=False),
    "overfit_check": _Rule(lambda value: True, "an object", required=False),
    "history": _Rule(lambda value: True, "an object", required=False),
}
_HISTORY = {
    "uri": _Rule(_is_text, "the URI of the rows outside the sample"),
    "date": _Rule(_is_text, "their column of the date"),
    "label": _Rule(_or_null(_is_text), "their column of the label, or null", required=False),
}
_OVERFIT_CHECK = {
    "rows": _Rule(_is_integer(SMALLEST_SAMPLE), f"an integer of {SMALLEST_SAMPLE} or more"),
}
_TRAINING = {
    "epochs": _Rule(_is_integer(1), "an integer of 1 or more"),
    "batch_size": _Rule(_is_integer(2), "an integer of 2 or more"),
    "learning_rate": _Rule(_is_positive, "a finite number above 0"),
    "optimizer": _Rule(lambda value: value in OPTIMIZERS, f"one of: {', '.join(OPTIMIZERS)}"),
    "seed": _Rule(_is_integer(0), "an integer of 0 or more"),
    "optimizer_options": _Rule(lambda value: isinstance(value, Mapping), "an object", required=False),
    "clipnorm": _Rule(_or_null(_is_positive), "a number above 0, or null for no clipping", required=False),
    "early_stopping_patience": _Rule(_or_null(_is_integer(1)), "1 or more epochs, or null", required=False),
    "collapse_patience": _Rule(_is_integer(1), "1 or more epochs", required=False),
    "min_steps_per_epoch": _Rule(_is_integer(1), "an integer of 1 or more", required=False),
    "learning_rate_decay": _Rule(lambda value: value in {"none", "linear"}, "none or linear", required=False),
}
