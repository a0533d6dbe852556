"""Counts requests a minute and answers 429 where they are more than a project's quota in a region."""

import re
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from local_cloud.vertex.error_answers import answer_error
from local_cloud.vertex.errors import ResourceExhaustedError
from local_cloud.vertex.limits import Limits

MINUTE_S = 60.0
# Builds and quotas are other services'.
RESOURCE = re.compile(
    r"/(?:v1|ui)/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/(?P<rest>(?!builds\b|services\b).+)"
)
# What is answered with a job or an operation.
SUBMISSION = re.compile(r"(pipelineJobs|customJobs|endpoints)|models:upload|endpoints/[^/]+:(un)?deployModel")
LOG_READS = "/v2/entries:list"


@dataclass(frozen=True)
class Quota:
    """A quota as the service's own message names it."""

    metric: str
    service: str
    is_regional: bool = True

    def exceeded(self, project: str) -> ResourceExhaustedError:
        """Returns the refusal in the words of Service Infrastructure, which names the consumer's project."""
        place = " per region" if self.is_regional else ""
        return ResourceExhaustedError(
            f"Quota exceeded for quota metric '{self.metric}' and limit '{self.metric} per minute{place}' of "
            f"service '{self.service}' for consumer 'project_number:{project}'."
        )


REQUESTS = Quota("Resource management (CRUD) requests", "aiplatform.googleapis.com")
SUBMISSIONS = Quota("Job or LRO submission requests", "aiplatform.googleapis.com")
LOG_QUOTA = Quota("Read requests", "logging.googleapis.com", is_regional=False)


class RequestQuota:
    """An ASGI application that hands on as many requests as the quotas allow.

    A request that is refused is not counted.

    Args:
        app: answers them.
        limits: how many a minute.
        clock: seconds that only grow.
    """

    def __init__(self, app: ASGIApp, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._clock = clock
        self._allowed = {
            REQUESTS: limits.requests_per_minute,
            SUBMISSIONS: limits.submissions_per_minute,
            LOG_QUOTA: limits.log_reads_per_minute,
        }
        self._taken: dict[tuple[Quota, str, str], deque[float]] = defaultdict(deque)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a request on, or answers 429."""
        if scope["type"] == "http" and (error := self._refusal(scope["method"], scope["path"])):
            answer = answer_error(Request(scope), error)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, method: str, path: str) -> ResourceExhaustedError | None:
        if path == LOG_READS:
            return self._take(LOG_QUOTA, "", "")
        match = RESOURCE.fullmatch(path)
        if match is None:
            return None
        is_submission = method == "POST" and SUBMISSION.fullmatch(match["rest"])
        quota = SUBMISSIONS if is_submission else REQUESTS
        return self._take(quota, match["project"], match["location"])

    def _take(self, quota: Quota, project: str, location: str) -> ResourceExhaustedError | None:
        now, taken = self._clock(), self._taken[quota, project, location]
        while taken and taken[0] <= now - MINUTE_S:
            taken.popleft()
        if len(taken) >= self._allowed[quota]:
            return quota.exceeded(project)
        taken.append(now)
        return None
