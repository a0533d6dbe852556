"""One clean-up: look around, decide, and remove what was decided about."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from include import storage
from include.retention.decision import Decision, cutoff_of, decide
from include.retention.item import Item, Kind
from include.retention.models import needed_by_models
from include.retention.names import pipeline_job_item
from include.retention.removal import InUse, Removal, remove_all
from include.retention.stored import files_use
from include.tracking.model_versions import registered_versions
from recsflow.cleaning.jobs import job_item_name, job_uses
from recsflow.cleaning.recheck import Recheck

if TYPE_CHECKING:
    from recsflow.cleaning.services import Services
    from recsflow.vertex.submitted_jobs import SubmittedJob


@dataclass(frozen=True)
class CleanUp:
    """What was found, and what is to become of it.

    Attributes:
        looked: When it began to look; what came later was not seen.
    """

    services: Services
    looked: datetime
    items: tuple[Item, ...]
    jobs: tuple[SubmittedJob, ...]
    decision: Decision

    @classmethod
    def plan(cls, services: Services, tracking_uri: str, *, retention_days: object, now: datetime) -> CleanUp:
        """Look around and decide; nothing is removed.

        Args:
            services: Where to look.
            tracking_uri: The MLflow server, whose registry knows the champions.
            retention_days: Age from which something may go.
            now: When things count as that old.

        Raises:
            ConfigError: The retention is no whole number of days, or less than one.
            TrackingError: MLflow did not answer, or it does not say what a champion needs.
        """
        cutoff, looked = cutoff_of(retention_days, now), datetime.now(UTC)
        # Jobs first: the artifacts of one that ends meanwhile are seen as young, not as nobody's.
        jobs = services.jobs()
        items = services.items(jobs)
        needed = needed_by_models(registered_versions(tracking_uri), services.root, cutoff)
        decision = decide(
            items, needed, cutoff, lambda item, active: files_use(item, services.root, active=active)
        )
        return cls(services, looked, tuple(items), tuple(jobs), decision)

    def carry_out(self) -> Removal:
        """Remove what may go, but for what somebody began to use since."""
        remover = _Remover(self)
        return remove_all(self.decision.going, remover.remove)


class _Remover:
    """Removes one item after another."""

    def __init__(self, plan: CleanUp) -> None:
        self._services = plan.services
        same: dict[str, set[str]] = defaultdict(set)
        self._executions: dict[str, set[str]] = defaultdict(set)
        for job in plan.jobs:
            mine = {*job_uses(job, plan.services.root), job_item_name(job)}
            same[job.pipeline] |= mine if job.pipeline else set()
            for name in mine:
                self._executions[name].update(job.executions)
        self._recheck = Recheck(
            plan.services,
            since=plan.looked,
            known=frozenset(item.name for item in plan.items),
            same_pipeline=same,
        )

    def remove(self, item: Item) -> None:
        if self._recheck.use(item.name):
            raise InUse
        if item.kind is Kind.TABLE:
            self._services.warehouse.tables.drop(self._services.table(item.id))
        elif item.kind is Kind.PIPELINE_JOB:
            self._services.pipeline_jobs.delete(item.id)
        elif item.kind is Kind.CUSTOM_JOB:
            self._services.custom_jobs.delete(item.id)
        else:
            if item.kind is Kind.ARTIFACTS:
                self._forget(item)
            for path in item.paths:
                storage.remove(f"{self._services.root}/{path}")

    def _forget(self, item: Item) -> None:
        """Let no job find results any more of which the files are about to go."""
        names = self._executions[item.name] | self._executions[pipeline_job_item(item.id)]
        self._services.pipeline_jobs.forget_results(sorted(names))
        # Whoever found them just before is a job by now.
        if self._recheck.use(item.name, now=True) or self._recheck.use(pipeline_job_item(item.id)):
            raise InUse
