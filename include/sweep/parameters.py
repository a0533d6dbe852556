"""What a point of the search space means: which run parameters it sets.

A dimension is called like the run parameter that it sets, or like a field of the model config; a dot goes
into a mapping: `optimizer_options.initial_accumulator_value`, `history.window_days`.
"""

from collections.abc import Mapping
from typing import Any

from include.experiment.config.form_fields import form_fields
from include.experiment.config.run_parameters import RunParameters
from include.experiment.resolve.model_options import FIELD as MODEL_OPTIONS
from include.experiment.resolve.model_options import merged_options

_FIELDS = form_fields(RunParameters)
# Why a run parameter is the same for all trials, by its name.
NOT_SEARCHED = {name: field.not_searched for name, field in _FIELDS.items() if field.not_searched}
_SEARCHED = {name: field for name, field in _FIELDS.items() if not field.not_searched}
# The configs that may differ between trials, with their kind, and the run parameters.
CONFIGS = {name: field.configs for name, field in _SEARCHED.items() if field.configs}
PARAMETERS = tuple(name for name in _SEARCHED if name not in CONFIGS)
OPTIMIZER_OPTIONS = "optimizer_options"
HIDDEN_LAYERS = "hidden_layers"
_TOWERS = ("query_tower", "candidate_tower")
_MAPPINGS = (MODEL_OPTIONS, OPTIMIZER_OPTIONS)


def is_run_parameter(dimension: str) -> bool:
    """Whether a dimension sets a config, a run parameter or an optimizer's option, not a model's field."""
    return dimension in (*CONFIGS, *PARAMETERS) or dimension.startswith(f"{OPTIMIZER_OPTIONS}.")


def run_parameters(base: Mapping[str, Any], point: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trial's run parameters.

    Args:
        base: Run parameters that all trials share.
        point: A value for each dimension, by its name.
    """
    changes: dict[str, Any] = {}
    for dimension, value in point.items():
        changes = merged_options(changes, _setting(dimension, value))
    merged = {**base, **changes}
    for name in _MAPPINGS:
        if name in changes and base.get(name):
            merged[name] = merged_options(base[name], changes[name])
    return merged


def set_by(point: Mapping[str, Any]) -> set[str]:
    """Return the names, as an experiment's `sources` has them, of what a point sets."""
    changes = run_parameters({}, point)
    return {*changes, *changes.get(MODEL_OPTIONS, {})} - set(_MAPPINGS)


def _setting(dimension: str, value: Any) -> dict[str, Any]:
    """Return the run parameters that one dimension sets."""
    if dimension == HIDDEN_LAYERS:
        layers = [{"type": "dense", "units": units} for units in value]
        return {MODEL_OPTIONS: dict.fromkeys(_TOWERS, layers)}
    path = dimension.split(".") if is_run_parameter(dimension) else [MODEL_OPTIONS, *dimension.split(".")]
    nested: Any = value
    for key in reversed(path):
        nested = {key: nested}
    return dict(nested)
