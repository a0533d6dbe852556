"""The form of an overfit check: an experiment's, with what the check needs to be told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from include.experiment.config.form_fields import form_fields
from include.experiment.config.run_parameters import OVERFIT_EPOCHS_A_LINE, RunParameters
from recsflow.forms.experiment import params_of

if TYPE_CHECKING:
    from airflow.sdk import Param

_NOT_ASKED = "batch_size"  # the rows are one batch


def overfit_check_params() -> dict[str, Param]:
    """Return the params of an overfit check."""
    fields = form_fields(RunParameters)
    epochs = replace(fields["epochs"], help="Passes over these rows, each of one step; {bounds}.")
    of_a_check = {
        "sample_percent": fields["sample_percent"].required(5),
        "epochs": epochs.required(500, minimum=OVERFIT_EPOCHS_A_LINE, multipleOf=OVERFIT_EPOCHS_A_LINE),
        "overfit_rows": fields["overfit_rows"].required(32),
        "learning_rate_factor": fields["learning_rate_factor"].required(3),
    }
    return params_of({name: field for name, field in {**fields, **of_a_check}.items() if name != _NOT_ASKED})
