"""Whether a space can be searched: every value that a trial may draw has to be one that a run takes."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from include.errors import ConfigError, Problem
from include.experiment.config.config_file import is_config, missing
from include.experiment.config.dimensions import Categorical, Dimension, FloatRange, Space
from include.experiment.config.loader import load_model
from include.experiment.config.models import ModelConfig
from include.experiment.config.models.two_towers import TwoTowerModel
from include.experiment.config.problems import did_you_mean, problems_from, shown
from include.experiment.config.run_parameters import RUN_PARAMETERS, RunParameters
from include.experiment.resolve.model_options import FIELD as MODEL_OPTIONS
from include.experiment.resolve.model_options import apply_model_options
from include.sweep.parameters import (
    CONFIGS,
    HIDDEN_LAYERS,
    NOT_SEARCHED,
    PARAMETERS,
    is_run_parameter,
    run_parameters,
)


@dataclass(frozen=True)
class SpaceField:
    """Where a space is written: its file or the form, and its field there."""

    where: str
    field: str
    root: Path | None = None

    def problem(self, dimension: str, received: str, remedy: str) -> Problem:
        """Return a problem of one dimension, or of the whole space where it is ''."""
        return Problem(self.where, ".".join(filter(None, (self.field, dimension))), received, remedy)


def check_space(space: Space, base: Mapping[str, Any], place: SpaceField) -> list[Problem]:
    """Return what keeps the values of each dimension from being used.

    Args:
        space: The dimensions.
        base: Run parameters that all trials share.
        place: Where the space is written.
    """
    if problems := [problem for name in space for problem in _config_choices(name, space[name], place)]:
        return problems
    models = [load_model(name, place.root) for name in config_choices("model", space, base)]
    problems = []
    for name, dimension in space.items():
        if name in NOT_SEARCHED:
            remedy = f"take it out of the space, {NOT_SEARCHED[name]}"
            problems.append(place.problem(name, "cannot be searched", remedy))
        elif is_run_parameter(name):
            problems += _run_parameter(name, dimension, place)
        elif name not in CONFIGS:
            problems += _model_field(name, dimension, models, base, place)
    return problems


def check_count(space: Space, trials: int, place: SpaceField) -> list[Problem]:
    """Return a problem where there are more trials than points to try."""
    points = math.prod(dimension.size for dimension in space.values())
    if trials <= points:
        return []
    received = f"has {points:g} combinations, fewer than the {trials} trials"
    return [place.problem("", received, f"use at most {points:g} trials, or a larger space")]


def config_choices(kind: str, space: Space, base: Mapping[str, Any]) -> list[str]:
    """Return which `features` or `model` configs trials may have."""
    dimension = space.get(kind)
    choices = dimension.choices if isinstance(dimension, Categorical) else [base[kind]]
    return [str(choice) for choice in choices]


def _config_choices(name: str, dimension: Dimension, place: SpaceField) -> Iterator[Problem]:
    if name not in CONFIGS:
        return
    folder = CONFIGS[name]
    if not isinstance(dimension, Categorical):
        yield place.problem(
            name, f"has type {dimension.type}", f"use type categorical with names of {folder}"
        )
        return
    for key, choice in dimension.extremes.items():
        if not isinstance(choice, str) or not is_config(folder, choice, place.root):
            remedy = missing(folder, str(choice), place.root).remedy
            yield place.problem(f"{name}.{key}", f"is {shown(choice)}", remedy)


def _run_parameter(name: str, dimension: Dimension, place: SpaceField) -> Iterator[Problem]:
    def refusal(value: Any) -> str:
        try:
            RunParameters.model_validate(run_parameters({}, {name: value}))
        except ValidationError as error:
            return _remedies(problems_from(error, RunParameters, RUN_PARAMETERS))
        return ""

    yield from _refused(name, dimension, refusal, place)


def _model_field(
    name: str, dimension: Dimension, models: list[ModelConfig], base: Mapping[str, Any], place: SpaceField
) -> Iterator[Problem]:
    shared = {MODEL_OPTIONS: base.get(MODEL_OPTIONS)}
    for model in models:
        if problem := _unknown(name, model, place):
            yield problem
            continue

        def refusal(value: Any, model: ModelConfig = model) -> str:
            try:
                apply_model_options(model, run_parameters(shared, {name: value})[MODEL_OPTIONS])
            except ConfigError as error:
                return f"{_remedies(error.problems)}, as models/{model.name}.yaml needs it"
            except TypeError:
                return "use a list of widths, such as [64, 32]"
            return ""

        yield from _refused(name, dimension, refusal, place)


def _refused(
    name: str, dimension: Dimension, refusal: Callable[[Any], str], place: SpaceField
) -> Iterator[Problem]:
    """Yield a problem for each value that a run would refuse, with its remedy."""
    remedies = {key: refusal(value) for key, value in dimension.extremes.items()}
    for key, remedy in remedies.items():
        if remedy:
            yield place.problem(f"{name}.{key}", f"is {shown(dimension.extremes[key])}", remedy)
    if isinstance(dimension, FloatRange) and not any(remedies.values()) and refusal(dimension.between):
        yield place.problem(
            f"{name}.type", f"is {dimension.type!r}", "use integer, since it takes whole numbers"
        )


def _remedies(problems: Iterable[Problem]) -> str:
    return "; ".join(dict.fromkeys(problem.remedy for problem in problems))


def _unknown(name: str, model: ModelConfig, place: SpaceField) -> Problem | None:
    fields = [*type(model).model_fields, *([HIDDEN_LAYERS] if isinstance(model, TwoTowerModel) else [])]
    if name.partition(".")[0] in fields:
        return None
    received = f"is neither a run parameter to search nor a field of models/{model.name}.yaml ({model.type})"
    known = [*PARAMETERS, *CONFIGS, *sorted(set(fields) - {"name", "description", "type"})]
    return place.problem(name, received, did_you_mean(name, list(dict.fromkeys(known))))
