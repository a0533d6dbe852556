"""The plan of a rerun."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from include.generators.trainer_module import render_trainer_module
from include.plan.rerun import RerunPlan
from recsflow.planning.limits import job_limits
from recsflow.planning.plan import ROOT, kept_module
from recsflow.planning.questions import Questions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recsflow.experiments.rerun import ResolvedRerun
    from recsflow.settings import Settings


def make_rerun_plan(
    rerun: ResolvedRerun, settings: Settings, tasks: Iterable[Any], *, deadline_s: float | None = None
) -> RerunPlan:
    """Return the plan of a rerun; what cannot be found out is in it as a sentence, and nothing is created.

    Args:
        rerun: The rerun.
        settings: Where everything is.
        tasks: Those of its DAG, one of which waits for the job.
        deadline_s: After this time of the monotonic clock nothing is asked; None for no such limit.
    """
    questions = Questions(deadline_s=deadline_s)
    text = render_trainer_module(rerun.experiment)
    look = partial(kept_module, "trainer_module", text, settings)
    return RerunPlan(
        experiment=rerun.experiment,
        parent=rerun.parent,
        examples=rerun.examples["examples"],
        module=questions.ask(ROOT, partial(look, offline=False)) or look(offline=True),
        limit_s=next(iter(job_limits(tasks).later_s.values()), None),
        prices=settings.prices,
        unknown=tuple(questions),
    )
