"""The plan in the log of a run that goes on anyway: it costs the run little time, and never the run."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from include.plan.rerun import render_rerun_plan
from include.plan.text import render_plan
from recsflow.log import say
from recsflow.planning.limits import job_limits
from recsflow.planning.plan import PlanScope, make_plan
from recsflow.planning.rerun import make_rerun_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.sdk import Context

    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import Warehouse
    from recsflow.experiments.rerun import ResolvedRerun
    from recsflow.settings import Settings

# Nothing more is asked for a plan after this time; one request may still be under way.
TIME_LIMIT_S = 30.0


def log_plan(experiment: Experiment, warehouse: Warehouse, settings: Settings, context: Context) -> None:
    """Log what a run will do, as far as it can be found out within `TIME_LIMIT_S`."""
    scope = PlanScope(warehouse, job_limits(context["dag"].tasks), deadline_s=_deadline_s())
    _log(context, lambda: render_plan(make_plan(experiment, settings, scope), whole=False))


def log_rerun_plan(rerun: ResolvedRerun, settings: Settings, context: Context) -> None:
    """Log what a rerun will do, as far as it can be found out within `TIME_LIMIT_S`."""
    plan = partial(make_rerun_plan, rerun, settings, context["dag"].tasks, deadline_s=_deadline_s())
    _log(context, lambda: render_rerun_plan(plan(), whole=False))


def _deadline_s() -> float:
    return time.monotonic() + TIME_LIMIT_S


def _log(context: Context, plan: Callable[[], str]) -> None:
    task_id = context["ti"].task_id
    try:
        say(task_id, plan())
    except Exception as error:
        logging.getLogger(__name__).debug("No plan.", exc_info=True)
        said = f"WARNING no plan could be made, and the run goes on: {type(error).__name__}: {error}"
        say(task_id, said, logging.WARNING)
