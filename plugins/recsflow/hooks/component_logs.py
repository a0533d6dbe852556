"""Cloud Logging with the Google provider's connection, at the address that the connection names.

The connection extra `logging_endpoint`, for example `http://127.0.0.1:9070`, replaces the public endpoint
where there is one.
"""
# Imported inside the functions that need it, never at a DAG file's or an operator's top.
# ruff: noqa: TID253

from __future__ import annotations

import json
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
from recsflow.component_log import ComponentLog, has_exception, last_error
from recsflow.hooks.vertex import own_words

# The newest entries among which the error is looked for; a page of entries.list has 1,000 at most.
ENTRIES = 500
# Clocks of the log's machines and of the service that tells when a component started.
CLOCK_SKEW = timedelta(minutes=1)


class ComponentLogsHook(GoogleBaseHook):
    """Reads what the containers of Vertex AI's jobs wrote."""

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
        try:
            lines = self._lines(custom_job, since, ' AND severity>="ERROR"')
            # What is written to standard output alone has no such severity.
            lines = lines or self._lines(custom_job, since, "")
        except exceptions.Forbidden as error:
            return ComponentLog(problem=self._not_allowed(own_words(error)))
        except exceptions.GoogleAPICallError as error:
            return _unread(own_words(error))
        except (GoogleAuthError, RequestException) as error:
            return _unread(innermost(error))
        if not lines:
            return ComponentLog(problem=_nothing(custom_job), is_complete=False)
        return ComponentLog(text=last_error(lines), is_complete=has_exception(lines))

    def _lines(self, custom_job: str, since: datetime, condition: str) -> list[str]:
        """Return the newest entries, the newest last."""
        begin = (since - CLOCK_SKEW).astimezone(UTC)
        found = self.client.list_entries(
            resource_names=[f"projects/{self.project}"],
            filter_=(
                f'resource.type="ml_job" AND resource.labels.job_id="{custom_job}" '
                f'AND timestamp>="{begin:%Y-%m-%dT%H:%M:%S.%fZ}"{condition}'
            ),
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


def _nothing(custom_job: str) -> str:
    return (
        f"Cloud Logging has no line of custom job {custom_job}: they may still arrive, or the account that "
        "the job runs as may not write any; grant it roles/logging.logWriter."
    )
