"""Cloud Logging with the Google provider's connection, at the address that the connection names.

The connection extra `logging_endpoint`, for example `http://127.0.0.1:9070`, replaces the public endpoint
where there is one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from airflow.providers.google.common.hooks.base_google import GoogleBaseHook
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.auth.exceptions import GoogleAuthError
from google.cloud.logging_v2 import DESCENDING
from google.cloud.logging_v2.client import Client
from requests.exceptions import RequestException

from include.errors import innermost
from recsflow.vertex.component_log import ComponentLog, has_exception, last_error
from recsflow.vertex.hooks.vertex import own_words

# The newest entries among which the error is looked for; a page of entries.list has 1,000 at most.
ENTRIES = 500
# Clocks of the log's machines and of the service that tells when a component started.
CLOCK_SKEW = timedelta(minutes=1)
# How the last line of a build begins that did not succeed.
BUILD_ENDED = "ERROR: "


class ComponentLogsHook(GoogleBaseHook):
    """Reads what the containers of Vertex AI's jobs and the steps of builds wrote."""

    def __init__(self, *, gcp_conn_id: str, project: str) -> None:
        super().__init__(gcp_conn_id=gcp_conn_id)
        self.project = project

    @cached_property
    def client(self) -> Client:
        """Google's client, over REST, which the local cloud speaks too."""
        endpoint = self._get_field("logging_endpoint")
        return Client(
            project=self.project,
            credentials=self.get_credentials(),
            client_options=ClientOptions(api_endpoint=endpoint) if endpoint else None,
            _use_grpc=False,
        )

    def component_log(self, custom_job: str, since: datetime) -> ComponentLog:
        """Return the last error that a container wrote; never raises, since it is about another failure.

        Args:
            custom_job: Id of the custom job that ran it.
            since: When it started; without a bound, Google's client looks at the last day only.
        """
        of_job = f'resource.type="ml_job" AND resource.labels.job_id="{custom_job}"'

        def read() -> ComponentLog:
            # What is written to standard output alone has no such severity.
            lines = self._lines(f'{of_job} AND severity>="ERROR"', since) or self._lines(of_job, since)
            if not lines:
                return ComponentLog(problem=_nothing(f"custom job {custom_job}"), is_complete=False)
            return ComponentLog(text=last_error(lines), is_complete=has_exception(lines))

        return self._as_far_as_read(read)

    def build_log(self, build_id: str, step: int | None, since: datetime) -> ComponentLog:
        """Return what a step of a build wrote last; never raises.

        Args:
            build_id: The build.
            step: The step that failed, all of them where none is known to have.
            since: When the build was created.
        """
        of_build = f'resource.type="build" AND resource.labels.build_id="{build_id}"'

        def read() -> ComponentLog:
            lines = self._lines(of_build, since)
            if not lines:
                return ComponentLog(problem=_nothing(f"build {build_id}"), is_complete=False)
            of_step = [
                line.removeprefix(f"Step #{step}: ") for line in lines if line.startswith(f"Step #{step}: ")
            ]
            ended = any(line.startswith(BUILD_ENDED) for line in lines)
            return ComponentLog(text=last_error(of_step or lines), is_complete=ended)

        return self._as_far_as_read(read)

    def _as_far_as_read(self, read: Callable[[], ComponentLog]) -> ComponentLog:
        try:
            return read()
        except exceptions.Forbidden as error:
            return ComponentLog(problem=self._not_allowed(own_words(error)))
        except exceptions.GoogleAPICallError as error:
            return _unread(own_words(error))
        except (GoogleAuthError, RequestException) as error:
            return _unread(innermost(error))

    def _lines(self, condition: str, since: datetime) -> list[str]:
        """Return the newest entries, the newest last."""
        begin = (since - CLOCK_SKEW).astimezone(UTC)
        found = self.client.list_entries(
            resource_names=[f"projects/{self.project}"],
            filter_=f'{condition} AND timestamp>="{begin:%Y-%m-%dT%H:%M:%S.%fZ}"',
            order_by=DESCENDING,
            page_size=ENTRIES,
            max_results=ENTRIES,
        )
        newest_last = [_message(entry.payload) for entry in found][::-1]
        return [line for message in newest_last for line in message.splitlines()]

    def _not_allowed(self, said: str) -> str:
        return (
            f"Its own lines cannot be read from Cloud Logging ({said}); grant the account of connection "
            f"{self.gcp_conn_id!r} roles/logging.viewer on project {self.project}."
        )


def _message(payload: Any) -> str:
    """Return an entry's line, from its text or the `message` of its JSON."""
    if isinstance(payload, dict):
        return str(payload["message"]) if "message" in payload else json.dumps(payload)
    return str(payload)


def _unread(said: str) -> ComponentLog:
    problem = f"Cloud Logging did not answer ({said}), so its own lines are missing here; open its log."
    return ComponentLog(problem=problem, is_complete=False)


def _nothing(of: str) -> str:
    return (
        f"Cloud Logging has no line of {of}: they may still arrive, or the account that "
        "it runs as may not write any; grant it roles/logging.logWriter."
    )
