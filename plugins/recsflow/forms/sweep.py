"""The form of a sweep: what is searched, and what all trials share.

An empty field means 'as the sweep says', so that a run states only what it changes.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param

from include.configs import list_configs
from recsflow.forms.experiment import FIRST, experiment_params

DEFAULT_SWEEP = "history"
SHARED = "Shared by all trials"
_EXAMPLE = '{"learning_rate": {"type": "log_uniform", "low": 0.03, "high": 0.5}}'


def sweep_params() -> dict[str, Param]:
    """Return the params of a sweep: its own, then those of an experiment, all optional."""
    return {**_own(), **{name: _optional(param) for name, param in experiment_params().items()}}


def _own() -> dict[str, Param]:
    sweeps = list_configs("sweeps")
    return {
        "sweep": Param(
            DEFAULT_SWEEP if DEFAULT_SWEEP in sweeps else None,
            type=["null", "string"],
            enum=[None, *sweeps],
            title="Sweep",
            description="What is searched: a file in sweeps. Empty: as the search space below says.",
            section=FIRST,
        ),
        "search_space": Param(
            None,
            type=["null", "object"],
            title="Search space",
            description=f"JSON in place of the sweep's space, for example {_EXAMPLE}.",
            section=FIRST,
        ),
        "trials": _integer("Trials", "How many points of the space are tried, 1 to 200.", 200),
        "parallel_trials": _integer(
            "Parallel trials",
            "How many at once, 1 to 32; the first one goes alone, and leaves rows that the others re-use.",
            32,
        ),
        "metric": Param(
            None,
            type=["null", "string"],
            title="Metric",
            description="What is best: recall@100, rmse and so on of the days before the test window, or "
            "val_recall@10, val_loss of the eval rows. Empty: as the sweep says, or as the model is judged.",
            section=FIRST,
        ),
        "resume": Param(
            None,
            type=["null", "string"],
            title="Resume",
            description="Id of an earlier sweep: only its unfinished trials run. It goes on as it began; "
            "only trials and parallel trials may be changed.",
            section=FIRST,
        ),
    }


def _integer(title: str, description: str, maximum: int) -> Param:
    said = f"{description} Empty: as the sweep says."
    limits: dict[str, Any] = {"minimum": 1, "maximum": maximum}
    return Param(None, type=["null", "integer"], **limits, title=title, description=said, section=FIRST)


def _optional(param: Param) -> Param:
    """Return a param that may be left empty, with the same limits."""
    schema = dict(param.schema)
    types = schema["type"] if isinstance(schema["type"], list) else ["null", schema["type"]]
    choices = {"enum": [None, *(c for c in schema["enum"] if c is not None)]} if "enum" in schema else {}
    description = f"{str(param.description).partition(' Empty:')[0]} Empty: as the sweep says."
    changed = {**schema, **choices, "type": types, "section": SHARED}
    return Param(None, description=description, **changed)
