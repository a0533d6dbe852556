"""The form of an experiment, and how Airflow is told of any form.

An empty field means 'as the config says', so that a run states only what it changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from include.experiment.config.form_fields import FormField, form_fields
from include.experiment.config.run_parameters import OverfitChoices, RunParameters

if TYPE_CHECKING:
    from collections.abc import Mapping


def experiment_params() -> dict[str, Param]:
    """Return the params of an experiment."""
    return params_of(experiment_fields())


def experiment_fields() -> dict[str, FormField]:
    """Return what is asked of an experiment, by name."""
    fields = form_fields(RunParameters)
    return {name: field for name, field in fields.items() if name not in OverfitChoices.model_fields}


def params_of(fields: Mapping[str, FormField]) -> dict[str, Param]:
    """Return the params of a form, by name, in its order."""
    return {name: Param(field.default, field.description, **_schema(field)) for name, field in fields.items()}


def _schema(field: FormField) -> dict[str, Any]:
    # Where Airflow's form looks for what a list shows in place of its values.
    shown = {"values_display": labels} if (labels := field.labels) else {}
    return {**field.schema, **shown, "title": field.title, "section": field.section}
