"""A run's own values for fields of the model config, which need no file of their own."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from include.errors import ConfigError, Problem
from include.experiment.config.models import ModelConfig
from include.experiment.config.models.training import HYPERPARAMETERS
from include.experiment.config.problems import problems_from, shown
from include.experiment.config.run_parameters import RUN_PARAMETERS, ModelOverrides

FIELD = "model_options"
_KIND = "type"
_OF_A_RUN = [name for name in HYPERPARAMETERS if name in ModelOverrides.model_fields]
# Every one of these is said elsewhere, and may not be said twice.
_SAID_ELSEWHERE = {
    "name": "choose a model by the run parameter model",
    _KIND: "choose a model of that type by the run parameter model",
    **{name: f"use the run parameter {name}" for name in _OF_A_RUN},
    "optimizer": "use the run parameters optimizer and optimizer_options",
}


def apply_model_options(model: ModelConfig, options: Mapping[str, Any] | None) -> ModelConfig:
    """Return the model with these fields changed, checked as if they stood in its file.

    Args:
        model: The model as its file says.
        options: Values by field; a mapping changes only the keys that it names.

    Raises:
        ConfigError: With a sentence for each field that the model does not take.
    """
    if not options:
        return model
    if problems := list(_said_elsewhere(options)):
        raise ConfigError(problems)
    written = model.model_dump(mode="json", exclude_unset=True)
    try:
        return type(model).model_validate(merged_options(written, options))
    except ValidationError as error:
        raise ConfigError(
            _within(problem, model, options) for problem in problems_from(error, type(model), RUN_PARAMETERS)
        ) from None


def merged_options(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `changes`; mappings of one type are merged key by key."""
    merged = dict(base)
    for name, value in changes.items():
        known = base.get(name)
        if isinstance(known, Mapping) and isinstance(value, Mapping) and _same_type(known, value):
            merged[name] = merged_options(known, value)
        else:
            merged[name] = value
    return merged


def _same_type(known: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return bool(value.get(_KIND, known.get(_KIND)) == known.get(_KIND))


def _said_elsewhere(options: Mapping[str, Any]) -> Iterator[Problem]:
    for name in options:
        if name in _SAID_ELSEWHERE:
            received = f"is {shown(options[name])}"
            yield Problem(RUN_PARAMETERS, f"{FIELD}.{name}", received, _SAID_ELSEWHERE[name])


def _within(problem: Problem, model: ModelConfig, options: Mapping[str, Any]) -> Problem:
    """Return a problem of the model's file as one of the run's options."""
    if problem.field == "the file":  # several fields together
        received = f"is {shown(dict(options))} for models/{model.name}.yaml"
        return Problem(problem.where, FIELD, received, problem.remedy)
    received = problem.received
    if received == "is not a known key":
        received = f"is not a field of models/{model.name}.yaml, which has type {model.type}"
    return Problem(problem.where, f"{FIELD}.{problem.field}", received, problem.remedy)
