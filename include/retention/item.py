"""One thing that a run left behind, of which a clean-up decides as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What is cleaned up, in the order in which it goes: a job's record outlives its artifacts."""

    TABLE = "staged tables"
    ROWS = "exported rows"
    MODULES = "generated modules"
    SPEC = "compiled pipelines"
    SWEEP = "sweeps"
    EXPERIMENT = "experiments"
    ARTIFACTS = "pipeline artifacts"
    PIPELINE_JOB = "pipeline jobs"
    CUSTOM_JOB = "custom jobs"


@dataclass(frozen=True)
class Item:
    """One thing that is there.

    Attributes:
        name: Unique among all items: the path below the artifact root, or `tables/…`, `pipelineJobs/…` and
            `customJobs/…`.
        oldest: When something about it changed first.
        newest: When something about it changed last; its age counts from here.
        size_bytes: As far as the service tells; jobs have none.
        paths: Files and folders that it consists of, below the artifact root.
        uses: Names of items without which it is not whole, whether or not they are there.
        reads: Names of items that it was made from, and which it needs while it is young or runs.
        runs: Whether somebody works on it now.
    """

    kind: Kind
    name: str
    oldest: datetime
    newest: datetime
    size_bytes: int = 0
    paths: tuple[str, ...] = ()
    uses: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    runs: bool = False

    @property
    def id(self) -> str:
        """The last part of its name: a table, a hash, or the id of an experiment or job."""
        return self.name.rpartition("/")[2]


def newest(items: Iterable[Item]) -> datetime:
    """Return when something about any of them changed last."""
    return max(item.newest for item in items)


def oldest(items: Iterable[Item]) -> datetime:
    """Return when something about any of them changed first."""
    return min(item.oldest for item in items)
