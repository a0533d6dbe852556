"""Cloud Build with the Google provider's connection, at the address that the connection names.

The connection extra `cloud_build_endpoint`, for example `http://127.0.0.1:9080`, replaces the public endpoint
where there is one.
"""
# Imported inside the functions that need it, never at a DAG file's or an operator's top.
# ruff: noqa: TID253

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from airflow.providers.google.cloud.hooks.cloud_build import CloudBuildHook
from airflow.providers.google.common.consts import CLIENT_INFO
from google.api_core.client_options import ClientOptions
from google.cloud.devtools.cloudbuild_v1 import CloudBuildClient

if TYPE_CHECKING:
    from typing import Any

    from google.api_core.operation import Operation


class BuildHook(CloudBuildHook):
    """Starts builds."""

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

    def start(self, build: dict[str, Any], *, project: str, location: str, timeout_s: float) -> Operation:
        """Start a build; the operation ends with it, and its metadata names the build and its log."""
        parent = f"projects/{project}/locations/{location}"
        request = {"parent": parent, "project_id": project, "build": build}
        return self.get_conn(location=location).create_build(request=request, timeout=timeout_s)
