"""What an experiment was run with: each parameter with its title, the value in effect, and whose it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from include.experiment.config.base import Frozen
from include.experiment.config.form_fields import OTHER, TRAINING, form_fields
from include.experiment.config.run_parameters import RunParameters
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.overrides import RUN_PARAMETER
from include.tracking.training_metrics import Scalar

MODEL = "Model"
DEFAULT = "default"
# Said elsewhere: as the model's own fields, one by one, and as what the run was made for.
_NOT_SHOWN = {"model_options", "optimizer_options"}
_NO_PARAMETERS = {"name", "description", "optimizer"}


class Source(StrEnum):
    """Who said a value: the run, a config or schedule, or nobody."""

    RUN = "run"
    CONFIG = "config"
    DEFAULT = "default"


class Parameter(Frozen):
    """A parameter of an experiment.

    Attributes:
        title: What a form or a table calls it.
        value: As it was in effect; what is no single value is JSON.
        where: The file that says it, or `run parameter` or `default`.
        section: The part of the form, or `Model` for what a model's config has beside it.
    """

    name: str
    title: str
    value: Scalar
    source: Source
    where: str
    section: str


def parameters_of(experiment: Experiment) -> list[Parameter]:
    """Return all parameters that have a value, in the order of the form, the model's own fields last."""
    return [*_of_the_run(experiment), *_of_training(experiment), *_of_the_model(experiment)]


def _of_the_run(experiment: Experiment) -> Iterator[Parameter]:
    chosen = experiment.parameters.model_dump(mode="json")
    effective = {**chosen, **_split(experiment), **experiment.training}
    for name, field in form_fields(RunParameters).items():
        value = effective[name]
        if name not in _NOT_SHOWN and value not in (None, "", {}):
            by_run = DEFAULT if chosen[name] == field.default else RUN_PARAMETER
            where = experiment.sources.get(name, by_run)
            yield _parameter(name, field.title, value, where, field.section)


def _split(experiment: Experiment) -> dict[str, Any]:
    split = experiment.split.model_dump(mode="json")
    return {**split, "split_strategy": split["strategy"]}


def _of_training(experiment: Experiment) -> Iterator[Parameter]:
    of_the_run = RunParameters.model_fields
    for name, value in _flat(experiment.training):
        if name not in of_the_run and value is not None:
            where = _of_an_option(experiment, name) or experiment.sources.get(name, DEFAULT)
            yield _parameter(name, _title(name), value, where, TRAINING)


def _of_an_option(experiment: Experiment, name: str) -> str:
    """Return whose an optimizer's option is; empty of anything else."""
    of, _, option = name.partition(".")
    if of != "optimizer_options":
        return ""
    by_run = option in (experiment.parameters.optimizer_options or {})
    return RUN_PARAMETER if by_run else f"models/{experiment.model.name}.yaml"


def _of_the_model(experiment: Experiment) -> Iterator[Parameter]:
    model = experiment.model
    defaults = {name: field.get_default(call_default_factory=True) for name, field in _fields(experiment)}
    said = {name for name, _ in _fields(experiment) if getattr(model, name) != defaults[name]}
    values = model.model_dump(mode="json", exclude={*_NO_PARAMETERS, *experiment.training})
    for name, value in _flat(values):
        if value is not None:
            field = name.partition(".")[0]
            in_file = f"models/{model.name}.yaml" if field in said else DEFAULT
            yield _parameter(name, _title(name), value, experiment.sources.get(field, in_file), MODEL)


def _fields(experiment: Experiment) -> list[tuple[str, Any]]:
    return list(type(experiment.model).model_fields.items())


def _flat(values: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Scalar]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{within}{name}.")
        else:
            yield f"{within}{name}", json.dumps(value) if isinstance(value, list) else value


def _title(name: str) -> str:
    return name.replace("_", " ").replace(".", ", ").capitalize()


def _parameter(name: str, title: str, value: Any, where: str, section: str) -> Parameter:
    source = {RUN_PARAMETER: Source.RUN, DEFAULT: Source.DEFAULT}.get(where, Source.CONFIG)
    return Parameter(
        name=name, title=title, value=value, source=source, where=where, section=section or OTHER
    )
