"""What can be checked of a sweep before its first trial costs anything."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any

from include import storage
from include.errors import ConfigError, Problem
from include.experiment.config.run_parameters import RUN_PARAMETERS
from include.sweep.parameters import run_parameters
from recsflow.experiments.resolution import RunIdentity, check_source, resolve_run
from recsflow.sweeps.files import read_plan
from recsflow.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow.sdk import Context

    from include.sweep.plan import SweepPlan
    from recsflow.settings import Settings

# Which values of other dimensions can be had depends on these.
DECISIVE = ("features", "model", "optimizer")
_SWEEP_ID = re.compile(r"[a-z][a-z0-9-]{0,127}")


def earlier_plan(sweep_id: str, settings: Settings) -> SweepPlan:
    """Return the plan of a sweep that is to go on.

    Raises:
        ConfigError: There is none of that id.
    """
    uri = settings.layout.sweep(sweep_id).plan
    if _SWEEP_ID.fullmatch(sweep_id) and storage.exists(uri):
        return read_plan(uri)
    received = f"is {sweep_id!r}, which {settings.layout.sweeps} does not have"
    remedy = "give the id that plan_sweep says of an earlier sweep, such as 'sweep-manual-…'"
    raise ConfigError([Problem(RUN_PARAMETERS, "resume", received, remedy)])


def check_combinations(plan: SweepPlan, context: Context, settings: Settings) -> None:
    """Resolve each combination of configs that a trial may have, on the window that trials see.

    Raises:
        InvalidExperiment: With every problem of one that cannot be used.
        ConfigError: The metric cannot be measured, or the earlier window does not fit the data.
    """
    warehouse = open_warehouse(settings)
    run = RunIdentity(context["dag"].dag_id, context["run_id"], plan.window_end)
    for point in _points(plan):
        experiment = resolve_run(run_parameters(plan.parameters, point), run, warehouse)
        check_source(plan.as_trial(experiment, 0, point), warehouse)


def _points(plan: SweepPlan) -> Iterator[dict[str, Any]]:
    """Yield a point for each combination of decisive values, with the first value of any other dimension."""
    values = {name: list(dimension.extremes.values()) for name, dimension in plan.space.items()}
    listed = [values[name] if name in DECISIVE else values[name][:1] for name in values]
    for combination in product(*listed):
        yield dict(zip(values, combination, strict=True))
