"""Answers what a project may use, and what its jobs use of it now, on Vertex AI's port."""

import datetime as dt

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.quotas import time_series
from local_cloud.quotas.quota_infos import quota_infos
from local_cloud.vertex import listing
from local_cloud.vertex.capacity import units_in_use
from local_cloud.vertex.limits import Limits
from local_cloud.vertex.states import JobRecord
from local_cloud.vertex.store import Store


class QuotasApi:
    """Cloud Quotas and Cloud Monitoring, as far as quotas go.

    Args:
        store: jobs.
        limits: what they may ask for.
    """

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._limits = limits

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        infos = "/v1/projects/{project}/locations/global/services/{service}/quotaInfos"
        return [Route(infos, self.infos), Route("/v3/projects/{project}/timeSeries", self.series)]

    def infos(self, request: Request) -> Response:
        """Answers the quotas of a service."""
        path, query = request.path_params, request.query_params
        found = quota_infos(path["project"], path["service"], self._limits.quotas)
        page, token = listing.page(found, query.get("pageSize", ""), query.get("pageToken", ""))
        return JSONResponse({"quotaInfos": page, **({"nextPageToken": token} if token else {})})

    def series(self, request: Request) -> Response:
        """Answers the series of a metric."""
        query, project = request.query_params, request.path_params["project"]
        time_series.check_interval(query.get("interval.endTime", ""))
        by_location: dict[str, list[JobRecord]] = {}
        for job in self._store.unfinished_jobs():
            if job.key.project == project:
                by_location.setdefault(job.key.location, []).append(job)
        now = dt.datetime.now(dt.UTC)
        found = [
            series
            for location, jobs in by_location.items()
            for series in time_series.in_use(project, location, units_in_use(jobs), now)
        ]
        kept = time_series.select(found, query.get("filter", ""))
        return JSONResponse({"timeSeries": kept, "unit": "1"} if kept else {"unit": "1"})
