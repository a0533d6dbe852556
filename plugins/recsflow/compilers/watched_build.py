"""A build that is waited for, as a trigger keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recsflow.compilers.build_watch import BuildWatch


@dataclass(frozen=True, kw_only=True)
class WatchedBuild:
    """What it takes to watch a build; survives a restart of the triggerer.

    Attributes:
        task_id: The Airflow task that waits.
        topology: Key of what it compiles.
        is_own: Whether it was started for this experiment, in this try or another.
        deadline_s: End of waiting, in Unix seconds.
        max_outage_s: Seconds without an answer after which waiting ends.
        first_look_s: Seconds before the first look.
    """

    task_id: str
    gcp_conn_id: str
    project: str
    location: str
    build_id: str
    topology: str
    is_own: bool
    poll_interval_s: float
    deadline_s: float
    max_outage_s: float = 300.0
    first_look_s: float = 0.0

    def watch(self) -> BuildWatch:
        """Return a watch of the build; importing Google's client takes a second."""
        from recsflow.compilers.build_readers import build_watch

        return build_watch(self)

    def cancel(self) -> None:
        """Cancel the build."""
        from recsflow.compilers.build_readers import cancel_build

        cancel_build(self)
