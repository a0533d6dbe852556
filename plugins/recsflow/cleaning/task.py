"""Say what may go and what stays despite its age and, unless it is a dry run, remove what may go."""

from __future__ import annotations

import logging
from datetime import datetime

from include.errors import ConfigError
from include.retention.removal import Removal
from include.retention.text import render_decision, render_removal
from recsflow.cleaning.clean_up import CleanUp
from recsflow.cleaning.services import Services
from recsflow.errors import CleanUpIncomplete, InvalidRetention
from recsflow.log import say
from recsflow.settings import Settings

TASK = "remove_old"


def clean_up(
    settings: Settings, retention_days: int | None, *, dry_run: bool, now: datetime
) -> dict[str, int]:
    """Do what `remove_old` does, at a time that is given.

    Args:
        settings: Where everything is, and the retention where none is given.
        retention_days: Age from which things may go.
        dry_run: Whether to say only what may go.
        now: When things count as that old.
    """
    days = settings.retention_days if retention_days is None else retention_days
    try:
        plan = CleanUp.plan(Services.of(settings), settings.mlflow_tracking_uri, retention_days=days, now=now)
    except ConfigError as error:
        raise InvalidRetention(str(error.problems[0])) from None
    say(TASK, render_decision(plan.decision, days))
    counts = {"going": len(plan.decision.going), "kept": len(plan.decision.kept), "removed": 0}
    if dry_run:
        say(TASK, 'dry run: nothing is removed; {"dry_run": false} removes what may go')
        return counts
    removal = plan.carry_out()
    say(TASK, render_removal(removal), logging.WARNING if removal.failed else logging.INFO)
    _refuse_failures(removal)
    return {**counts, "removed": len(removal.removed)}


def _refuse_failures(removal: Removal) -> None:

    if removal.failed:
        failed = "\n".join(f"  - {each.item.name}: {each.reason}" for each in removal.failed)
        raise CleanUpIncomplete(
            f"{len(removal.failed)} of {len(removal.failed) + len(removal.removed)} could not be removed; "
            f"repair the cause, the next clean-up tries again:\n{failed}"
        )
