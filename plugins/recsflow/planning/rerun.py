"""The plan of a rerun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.generators.trainer_module import render_trainer_module
from include.plan.rerun import RerunPlan
from recsflow.planning.limits import job_limits
from recsflow.planning.plan import kept_module

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recsflow.experiments.rerun import ResolvedRerun
    from recsflow.settings import Settings


def make_rerun_plan(rerun: ResolvedRerun, settings: Settings, tasks: Iterable[Any]) -> RerunPlan:
    """Return the plan of a rerun; nothing is created.

    Args:
        rerun: The rerun.
        settings: Where everything is.
        tasks: Those of its DAG, one of which waits for the job.
    """
    text = render_trainer_module(rerun.experiment)
    return RerunPlan(
        experiment=rerun.experiment,
        parent=rerun.parent,
        examples=rerun.examples["examples"],
        module=kept_module("trainer_module", text, settings, offline=False),
        limit_s=next(iter(job_limits(tasks).later_s.values()), None),
        prices=settings.prices,
    )
