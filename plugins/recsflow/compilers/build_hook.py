"""Cloud Build with the Google provider's connection, at the address that the connection names.

The connection extra `cloud_build_endpoint`, for example `http://127.0.0.1:9080`, replaces the public endpoint
where there is one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from airflow.providers.google.cloud.hooks.cloud_build import CloudBuildHook
from airflow.providers.google.common.consts import CLIENT_INFO
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import BadRequest, NotFound
from google.cloud.devtools.cloudbuild_v1 import Build, CloudBuildClient

from recsflow.compilers.build_watch import WORKING, BuildState, LiveBuild
from recsflow.vertex.messages.values import utc

if TYPE_CHECKING:
    from typing import Any

CALL_TIMEOUT_S = 30.0
# Builds of one pipeline are few: it is compiled again only where its spec was removed.
PAGE_SIZE = 20


class BuildHook(CloudBuildHook):
    """Starts, finds, reads and cancels builds."""

    @cached_property
    def _local_client(self) -> CloudBuildClient | None:
        endpoint = self._get_field("cloud_build_endpoint")
        if not endpoint:
            return None
        return CloudBuildClient(
            credentials=self.get_credentials(),
            transport="rest",
            client_info=CLIENT_INFO,
            client_options=ClientOptions(api_endpoint=endpoint),
        )

    def get_conn(self, location: str = "global") -> CloudBuildClient:
        """Return Google's client, over REST at the connection's own endpoint or the provider's."""
        return self._local_client or super().get_conn(location=location)

    def start(self, build: dict[str, Any], *, project: str, location: str) -> str:
        """Start a build and return its id."""
        parent = f"projects/{project}/locations/{location}"
        request = {"parent": parent, "project_id": project, "build": build}
        client = self.get_conn(location=location)
        return str(client.create_build(request=request, timeout=CALL_TIMEOUT_S).metadata.build.id)

    def find_live(self, tag: str, *, project: str, location: str) -> LiveBuild | None:
        """Find a build with a tag that has not ended, the newest if there are several."""
        parent = f"projects/{project}/locations/{location}"
        request = {"parent": parent, "project_id": project, "filter": f'tags="{tag}"', "page_size": PAGE_SIZE}
        found = self.get_conn(location=location).list_builds(request=request, timeout=CALL_TIMEOUT_S)
        for build in islice(found, PAGE_SIZE):
            if tag in build.tags and build.status.name in WORKING:
                return LiveBuild(build.id, frozenset(build.tags))
        return None

    def read(self, build_id: str, *, project: str, location: str) -> BuildState:
        """Read a build."""
        request = self._request(build_id, project, location)
        build = self.get_conn(location=location).get_build(request=request, timeout=CALL_TIMEOUT_S)
        failed = [number for number, step in enumerate(build.steps) if step.status == Build.Status.FAILURE]
        return BuildState(
            status=build.status.name,
            detail=build.failure_info.detail or build.status_detail,
            failed_step=failed[0] if failed else None,
            created=utc(build.create_time) or datetime.now(UTC),
            log_url=build.log_url,
        )

    def cancel(self, build_id: str, *, project: str, location: str) -> None:
        """Ask for a build's cancellation; nothing happens to one that has ended or is gone."""
        request = self._request(build_id, project, location)
        try:
            self.get_conn(location=location).cancel_build(request=request, timeout=CALL_TIMEOUT_S)
        except (NotFound, BadRequest) as error:
            self.log.info("Build %s is not cancelled: %s", build_id, error)

    def _request(self, build_id: str, project: str, location: str) -> dict[str, str]:
        name = f"projects/{project}/locations/{location}/builds/{build_id}"
        return {"name": name, "project_id": project, "id": build_id}
