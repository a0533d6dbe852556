"""The form of a rerun: a finished experiment, and what its Trainer does otherwise.

An empty field means 'as in that experiment', so that a rerun states only what it changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.experiment.config.form_fields import form_fields
from include.experiment.config.rerun_parameters import RerunParameters
from recsflow.forms.experiment import params_of

if TYPE_CHECKING:
    from airflow.sdk import Param

_EMPTY = "as in that experiment, or as the config says of another model"


def rerun_params() -> dict[str, Param]:
    """Return the params of a rerun, all optional."""
    fields = form_fields(RerunParameters)
    experiment = fields.pop("experiment")
    changes = {name: field.optional(_EMPTY) for name, field in fields.items()}
    return params_of({"experiment": experiment, **changes})
