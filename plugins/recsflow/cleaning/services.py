"""All that a clean-up can services, and what it finds there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.retention.item import Item, Kind
from include.retention.names import is_staged_table, table_item
from include.retention.stored import stored_items
from include.warehouse.errors import TableNotFound
from recsflow.cleaning.jobs import with_jobs
from recsflow.vertex.job_kinds import CUSTOM_JOBS, PIPELINE_JOBS
from recsflow.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from include.warehouse.client import Warehouse
    from recsflow.settings import Settings
    from recsflow.vertex.hooks.jobs import JobsHook
    from recsflow.vertex.hooks.pipeline_jobs import PipelineJobsHook
    from recsflow.vertex.submitted_jobs import SubmittedJob


@dataclass(frozen=True)
class Services:
    """The services of one deployment.

    Attributes:
        root: The artifact root.
        dataset: The staging dataset, with its project.
    """

    root: str
    dataset: str
    warehouse: Warehouse
    pipeline_jobs: PipelineJobsHook
    custom_jobs: JobsHook

    @classmethod
    def of(cls, settings: Settings) -> Services:
        """Return what the settings point at."""
        return cls(
            root=settings.artifact_root,
            dataset=settings.staging_dataset,
            warehouse=open_warehouse(settings),
            pipeline_jobs=PIPELINE_JOBS.hook(settings),
            custom_jobs=CUSTOM_JOBS.hook(settings),
        )

    def jobs(self, since: datetime | None = None) -> list[SubmittedJob]:
        """Return our jobs of both kinds, all or those created at a time or later."""
        return [*self.pipeline_jobs.submitted(since), *self.custom_jobs.submitted(since)]

    def items(self, jobs: list[SubmittedJob]) -> list[Item]:
        """Return everything of ours that is there; `jobs` was asked for before."""
        return [*self._tables(), *with_jobs(stored_items(self.root), jobs, self.root)]

    def table(self, name: str) -> str:
        """Return the full name of a table of the staging dataset."""
        return f"{self.warehouse.project}.{self.dataset}.{name}"

    def _tables(self) -> Iterator[Item]:
        for name in self.warehouse.tables.names(self.dataset):
            if not is_staged_table(name):
                continue
            try:
                found = self.warehouse.tables.listed(self.table(name))
            except TableNotFound:
                # It expired after it was listed.
                continue
            yield Item(Kind.TABLE, table_item(name), found.created, found.changed, found.size_bytes)
