"""What a watch reads a build through: Cloud Build and Cloud Logging."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from recsflow.compilers.build_hook import BuildHook
from recsflow.compilers.build_watch import BuildReaders, BuildWatch
from recsflow.vertex.hooks.component_logs import ComponentLogsHook
from recsflow.vertex.hooks.vertex import PERMANENT_ERRORS

if TYPE_CHECKING:
    from recsflow.compilers.watched_build import WatchedBuild


def build_watch(watched: WatchedBuild) -> BuildWatch:
    """Return a watch of a build; reads the Airflow connection."""
    hook = BuildHook(gcp_conn_id=watched.gcp_conn_id)
    logs = ComponentLogsHook(gcp_conn_id=watched.gcp_conn_id, project=watched.project)
    return BuildWatch(
        watched.build_id,
        BuildReaders(
            build=lambda: hook.read(watched.build_id, project=watched.project, location=watched.location),
            log=lambda build: logs.build_log(watched.build_id, build.failed_step, build.created),
            is_permanent=lambda error: isinstance(error, PERMANENT_ERRORS),
            clock=time.time,
        ),
        deadline_s=watched.deadline_s,
        max_outage_s=watched.max_outage_s,
    )


def cancel_build(watched: WatchedBuild) -> None:
    """Cancel a build."""
    hook = BuildHook(gcp_conn_id=watched.gcp_conn_id)
    hook.cancel(watched.build_id, project=watched.project, location=watched.location)
