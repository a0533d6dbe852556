"""The form of a rerun: a finished experiment, and what its Trainer does otherwise.

An empty field means 'as in that experiment', so that a rerun states only what it changes.
"""

from __future__ import annotations

from airflow.sdk import Param

from recsflow.forms.experiment import FIRST, experiment_params

CHANGEABLE = (
    "model",
    "learning_rate",
    "epochs",
    "batch_size",
    "optimizer",
    "optimizer_options",
    "model_options",
    "seed",
    "accelerator",
    "notes",
)


def rerun_params() -> dict[str, Param]:
    """Return the params of a rerun: those of an experiment that its rows do not depend on, all optional."""
    known = experiment_params()
    return {
        "experiment": Param(
            None,
            type=["null", "string"],
            title="Experiment",
            description="Id of the finished experiment whose transformed rows are trained on, as MLflow and "
            "the end of a run show it.",
            section=FIRST,
        ),
        **{name: _optional(known[name]) for name in CHANGEABLE},
    }


def _optional(param: Param) -> Param:
    """Return a param that may be left empty, with the same limits."""
    schema = dict(param.schema)
    types = schema["type"] if isinstance(schema["type"], list) else ["null", schema["type"]]
    choices = {"enum": [None, *(c for c in schema["enum"] if c is not None)]} if "enum" in schema else {}
    said = str(param.description).partition(" Empty:")[0]
    description = f"{said} Empty: as in that experiment, or as the config says of another model."
    return Param(None, description=description, **{**schema, **choices, "type": types})
