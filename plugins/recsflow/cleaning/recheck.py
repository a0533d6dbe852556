"""Who came after a clean-up had looked around, and what they use of what it is about to remove."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from include import storage
from include.artifacts.layout import ArtifactLayout
from include.retention.names import experiment_item, item_of
from include.retention.stored import experiment_reads, experiment_uses
from recsflow.cleaning.jobs import job_item_name, job_reads, job_uses

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from recsflow.cleaning.services import Services

FRESH_S = 2.0
CLOCK_SKEW = timedelta(minutes=5)


class Recheck:
    """Jobs and experiments that began since.

    Args:
        services: Where to look.
        since: When the clean-up began to look around.
        known: Names of the items that it saw.
        same_pipeline: Names of what may be re-used, by the name of the pipeline.
    """

    def __init__(
        self,
        services: Services,
        *,
        since: datetime,
        known: frozenset[str],
        same_pipeline: Mapping[str, set[str]],
    ) -> None:
        self._services = services
        # Their clock is not ours.
        self._since = since - CLOCK_SKEW
        self._known = known
        self._same_pipeline = same_pipeline
        self._uses: frozenset[str] = frozenset()
        self._looked = float("-inf")

    def use(self, name: str, *, now: bool = False) -> bool:
        """Return whether one of them uses an item.

        Args:
            name: The item's.
            now: Whether a look of a moment ago will not do.
        """
        if now or time.monotonic() - self._looked > FRESH_S:
            self._uses = self._look()
            self._looked = time.monotonic()
        return name in self._uses

    def _look(self) -> frozenset[str]:
        root = self._services.root
        uses: set[str] = set()
        for job in self._services.jobs(self._since):
            if job_item_name(job) in self._known:
                continue
            uses |= job_uses(job, root) | job_reads(job, root)
            # Ended or not, it may have taken any result of its pipeline while this clean-up was at work.
            uses |= self._same_pipeline.get(job.pipeline, set())
        for experiment_id in storage.list_names(ArtifactLayout(root).experiments):
            name = experiment_item(experiment_id)
            if name in self._known or item_of(name) is None:
                continue
            uses |= experiment_uses(experiment_id, root) | experiment_reads(experiment_id, root)
        return frozenset(uses)
