"""How much a project may use, and how much of it is used, as Google tells those who may see quotas.

The connection extra `quotas_endpoint` replaces the public endpoints where there is one. Two calls are needed,
so they are made without client libraries of their own, of which Composer lacks the first one:
https://cloud.google.com/docs/quotas/reference/rest/v1/projects.locations.services.quotaInfos/list
https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from airflow.providers.google.common.hooks.base_google import GoogleBaseHook
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession

from include.errors import innermost
from recsflow.errors import QuotasUnknown
from recsflow.images.artifact_registry import said_by

QUOTAS = "https://cloudquotas.googleapis.com"
MONITORING = "https://monitoring.googleapis.com"
# https://cloud.google.com/docs/quotas/view-manage#required_roles: both permissions are in it.
ROLE = "roles/servicemanagement.quotaViewer"
# https://cloud.google.com/monitoring/api/metrics_gcp#gcp-serviceruntime
ALLOCATED = "serviceruntime.googleapis.com/quota/allocation/usage"
CONSUMED = "serviceruntime.googleapis.com/quota/rate/net_usage"
# A point comes every minute, some minutes late, or no more after the last change.
LOOK_BACK = dt.timedelta(days=1)
SHORTEST_PERIOD_S = 60
CALL_TIMEOUT_S = 30.0
UNLIMITED = 2**63 - 1


@dataclass(frozen=True)
class Quota:
    """A quota of a service: `QuotaInfo` of Cloud Quotas.

    Attributes:
        metric: What it bounds, with the name of its service.
        quota_id: Its name within the service.
        bounds: Its values by place, the more special ones first, as the service has them.
    """

    metric: str
    quota_id: str
    bounds: tuple[Mapping[str, Any], ...]

    def limit(self, location: str) -> int | None:
        """Return how much may be used in a region; None where nothing bounds it."""
        for bound in self.bounds:
            places = bound.get("applicableLocations") or [location]
            named = bound.get("dimensions") or {"region": location}
            if named == {"region": location} and ("global" in places or location in places):
                # JSON of protobuf messages leaves a number out that is 0.
                value = int(bound.get("details", {}).get("value", 0))
                return value if 0 <= value < UNLIMITED else None
        return None


class QuotasHook(GoogleBaseHook):
    """Reads quotas and their use; needs permission for both, which no run does."""

    def quotas(self, project: str, service: str) -> list[Quota]:
        """Return the quotas of a service, by its name such as `aiplatform.googleapis.com`.

        Raises:
            QuotasUnknown: Cloud Quotas did not answer, or refused.
        """
        resource = f"v1/projects/{project}/locations/global/services/{service}/quotaInfos"
        return [
            Quota(info["metric"], info["quotaId"], tuple(info.get("dimensionsInfos", ())))
            for page in self._pages(QUOTAS, resource, {})
            for info in page.get("quotaInfos", ())
        ]

    def in_use(self, project: str, service: str, location: str) -> dict[str, int]:
        """Return what is in use of a service in a region, by quota metric; what never was is not there.

        Raises:
            QuotasUnknown: Cloud Monitoring did not answer, or refused.
        """
        place = f'resource.labels.service = "{service}" AND resource.labels.location = "{location}"'
        since = dt.datetime.now(dt.UTC) - LOOK_BACK
        found: dict[str, int] = {}
        for series in self._series(project, f'metric.type = "{ALLOCATED}" AND {place}', since, {}):
            metric, newest = series["metric"]["labels"]["quota_metric"], series["points"][0]
            found[metric] = max(found.get(metric, 0), int(newest["value"]["int64Value"]))
        return found

    def consumed(self, project: str, metric: str, since: dt.datetime) -> int:
        """Return what was used of a quota by time since a moment.

        Raises:
            QuotasUnknown: Cloud Monitoring did not answer, or refused.
        """
        kept = f'metric.type = "{CONSUMED}" AND metric.labels.quota_metric = "{metric}"'
        period = max(int((dt.datetime.now(dt.UTC) - since).total_seconds()), SHORTEST_PERIOD_S)
        summed = {"aggregation.alignmentPeriod": f"{period}s", "aggregation.perSeriesAligner": "ALIGN_SUM"}
        return sum(
            int(point["value"]["int64Value"])
            for series in self._series(project, kept, since, summed)
            for point in series["points"]
        )

    def _series(
        self, project: str, kept: str, since: dt.datetime, others: Mapping[str, str]
    ) -> Iterator[dict[str, Any]]:
        parameters = {
            "filter": f'{kept} AND resource.type = "consumer_quota"',
            "interval.startTime": since.astimezone(dt.UTC).isoformat(),
            "interval.endTime": dt.datetime.now(dt.UTC).isoformat(),
            **others,
        }
        for page in self._pages(MONITORING, f"v3/projects/{project}/timeSeries", parameters):
            yield from page.get("timeSeries", ())

    def _pages(self, endpoint: str, resource: str, parameters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        server, token = self._get_field("quotas_endpoint") or endpoint, ""
        session = AuthorizedSession(self.get_credentials())
        while True:
            page = {"pageToken": token} if token else {}
            try:
                answer = session.get(
                    f"{server}/{resource}", params={**parameters, **page}, timeout=CALL_TIMEOUT_S
                )
            except (requests.RequestException, GoogleAuthError) as error:
                raise QuotasUnknown(
                    f"cannot be read: no answer from {server} ({innermost(error)}); check that it is "
                    "reached, and the connection's credentials"
                ) from None
            if not answer.ok:
                raise QuotasUnknown(
                    f"cannot be read: {server} does not tell {resource} ({said_by(answer)}); switch its API "
                    f"on in the project, and grant the account {ROLE} there"
                )
            found: dict[str, Any] = answer.json()
            yield found
            token = found.get("nextPageToken", "")
            if not token:
                return
