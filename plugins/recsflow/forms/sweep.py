"""The form of a sweep: what is searched, and what all trials share.

An empty field means 'as the sweep says', so that a run states only what it changes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from include.configs import list_configs
from include.experiment.config.form_fields import form_fields
from include.sweep.form import AS_THE_SWEEP_SAYS, SweepForm
from recsflow.forms.experiment import experiment_fields, params_of

if TYPE_CHECKING:
    from airflow.sdk import Param

DEFAULT_SWEEP = "history"
SHARED = "Shared by all trials"


def sweep_params() -> dict[str, Param]:
    """Return the params of a sweep: its own, then those of an experiment, all optional."""
    own = form_fields(SweepForm)
    if DEFAULT_SWEEP in list_configs("sweeps"):
        own["sweep"] = replace(own["sweep"], default=DEFAULT_SWEEP)
    shared = {name: field.optional(AS_THE_SWEEP_SAYS, SHARED) for name, field in experiment_fields().items()}
    return params_of({**own, **shared})
