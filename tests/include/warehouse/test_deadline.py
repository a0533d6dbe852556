"""A statement that does not end, at a BigQuery that takes it at once, as the emulator does not."""

import json

import pytest

from include.warehouse.connection import connect
from include.warehouse.errors import QueryTimeout
from tests.plugins.json_handler import JsonHandler
from tests.plugins.loopback_server import LoopbackServer

pytestmark = pytest.mark.unit


class EndlessStatements(LoopbackServer):
    """Takes every statement, and never has its rows.

    Attributes:
        url: Where it listens.
        jobs: Each job that it took, as it was sent.
        cancelled: Ids of the jobs that it was told to end.
    """

    def __init__(self):
        self.jobs, self.cancelled = [], []
        super().__init__()

    def answer(self, path, body):
        job = self.jobs[-1] if self.jobs else {}
        if "/queries/" in path:
            return {"jobReference": job["jobReference"], "jobComplete": False}
        if path.endswith("/cancel"):
            self.cancelled.append(path.split("/")[-2])
            return {"job": job}
        if body:
            job = {**json.loads(body), "status": {"state": "RUNNING"}}
            self.jobs.append(job)
        return job

    def _handler(self):
        server = self

        class Handler(JsonHandler):
            def do_GET(self):
                self._answer(200, server.answer(self.path.partition("?")[0], b""))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                self._answer(200, server.answer(self.path.partition("?")[0], body))

        return Handler


@pytest.fixture
def service(monkeypatch):
    service = EndlessStatements()
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", service.url)
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", "127.0.0.1:1")
    yield service
    service.close()


def test_a_query_past_its_deadline_is_cancelled(service):
    warehouse = connect("local", location="US")
    # A slow machine may reach the first deadlines before the statement was taken.
    for timeout_s in (0.25 * 2**doubled for doubled in range(12)):
        with pytest.raises(QueryTimeout, match="no answer within the deadline") as raised:
            warehouse.query("SELECT 1", (), {}, timeout_s)
        if "job recsflow-" in str(raised.value):
            break

    job = service.jobs[-1]
    assert service.cancelled == [job["jobReference"]["jobId"]]
    # BigQuery ends it by itself, too, where the worker that would cancel it was lost.
    assert job["configuration"]["jobTimeoutMs"] == str(int(timeout_s * 1000))
