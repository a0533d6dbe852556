"""Airflow's params of what a form asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import Param

if TYPE_CHECKING:
    from collections.abc import Mapping

    from include.experiment.config.form_fields import FormField


def params_of(fields: Mapping[str, FormField]) -> dict[str, Param]:
    """Return the params of a form, by name, in its order."""
    return {
        name: Param(
            field.default,
            field.description,
            **field.schema,
            title=field.title,
            section=field.section,
        )
        for name, field in fields.items()
    }
