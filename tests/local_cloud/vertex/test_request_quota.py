"""How many requests a minute are answered; the clock is the test's."""

import asyncio
import json

import pytest

from local_cloud.vertex.limits import Limits
from local_cloud.vertex.request_quota import RequestQuota

pytestmark = pytest.mark.unit

JOBS = "/v1/projects/local/locations/us-central1/pipelineJobs"


class Service:
    """A service behind the quota, and who asks it."""

    def __init__(self, **limits):
        self.now = 0.0
        self._quota = RequestQuota(self._answer, Limits(**limits), clock=lambda: self.now)

    async def _answer(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    def ask(self, method, path):
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": []}
        asyncio.run(self._quota(scope, None, send))
        return sent[0]["status"], json.loads(sent[1]["body"])

    def statuses(self, method, path, count):
        return [self.ask(method, path)[0] for _ in range(count)]


def test_defaults_are_those_of_the_quota_page():
    service = Service()
    assert service.statuses("GET", f"{JOBS}/a", 601) == [200] * 600 + [429]
    assert service.statuses("POST", JOBS, 61) == [200] * 60 + [429]
    assert service.statuses("POST", "/v2/entries:list", 61) == [200] * 60 + [429]


def test_refusal_names_the_metric_and_the_service():
    status, body = Service(submissions_per_minute=0).ask("POST", JOBS)
    assert (status, body["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert body["error"]["message"] == (
        "Quota exceeded for quota metric 'Job or LRO submission requests' and limit 'Job or LRO submission "
        "requests per minute per region' of service 'aiplatform.googleapis.com' for consumer "
        "'project_number:local'."
    )


def test_a_minute_later_there_is_room_again_and_refused_requests_took_none():
    service = Service(requests_per_minute=2)
    assert service.statuses("GET", JOBS, 2) == [200, 200]
    service.now = 59.0
    assert service.statuses("GET", JOBS, 5) == [429] * 5
    service.now = 60.0
    assert service.statuses("GET", JOBS, 3) == [200, 200, 429]


def test_regions_and_kinds_of_requests_have_quotas_of_their_own():
    service = Service(requests_per_minute=1, submissions_per_minute=1)
    assert service.statuses("GET", JOBS, 1) == [200]
    assert service.statuses("GET", JOBS.replace("us-central1", "europe-west1"), 1) == [200]
    assert service.statuses("POST", JOBS, 1) == [200]
    assert service.statuses("POST", f"{JOBS}/a:cancel", 1) == [429]


@pytest.mark.parametrize("path", ["customJobs", "endpoints", "models:upload", "endpoints/1:deployModel"])
def test_what_takes_long_is_a_submission(path):
    service = Service(requests_per_minute=0)
    assert service.statuses("POST", JOBS.replace("pipelineJobs", path), 1) == [200]


def test_pages_for_people_are_not_counted():
    assert Service(requests_per_minute=0).statuses("GET", "/console/jobs", 3) == [200] * 3
