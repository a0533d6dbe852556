"""Each value of a form by itself, told in our words before a run begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from include.configs import list_configs
from include.errors import Problem
from include.experiment.config.form_fields import form_fields
from include.experiment.config.problems import did_you_mean, problems_from, shown
from include.experiment.config.run_parameters import RUN_PARAMETERS, OverfitChoices, RunParameters


def check_values(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the values of run parameters, each by itself; other names are passed over.

    Args:
        parameters: By name; null and empty ones mean 'as the config says'.
    """
    fields = form_fields(RunParameters)
    for name, value in parameters.items():
        # Those of an overfit check depend on each other.
        if name not in fields or name in OverfitChoices.model_fields or value in (None, ""):
            continue
        try:
            RunParameters.model_validate({name: value})
        except ValidationError as error:
            yield from problems_from(error, RunParameters, RUN_PARAMETERS)
            continue
        kind = fields[name].configs
        if kind and value not in (there := list_configs(kind)):
            remedy = f"{did_you_mean(value, there)}, or add {kind}/<name>.yaml"
            yield Problem(RUN_PARAMETERS, name, f"is {shown(value)}", remedy)
