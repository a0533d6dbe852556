"""Who may call the server, what a job may run, and what a browser may do with an artifact."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator

JOBS = "/v1/projects/local/locations/us-central1/customJobs"


@pytest.fixture
def ask(app_server):
    """Sends one request and returns status, headers and body."""

    def ask(method: str, path: str, body: object = None, **headers: str):
        address = urlsplit(app_server.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE_S)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, sent)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    return ask


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        (
            {"Host": "evil.example:9070", "Content_Type": "application/json"},
            403,
            "Host is 'evil.example:9070'",
        ),
        ({"Origin": "http://evil.example", "Content_Type": "application/json"}, 403, "pages of other sites"),
        ({"Content_Type": "text/plain"}, 400, "Content-Type is 'text/plain'"),
        ({"Content_Type": "application/octet-stream"}, 400, "send 'application/json'"),
    ],
)
def test_web_page_starts_no_job(ask, headers, status, words):
    answered, _, body = ask("POST", JOBS, {}, **headers)
    error = json.loads(body)["error"]
    assert (answered, error["code"]) == (status, status)
    assert error["status"] in {"PERMISSION_DENIED", "INVALID_ARGUMENT"}
    assert words in error["message"]


def test_file_of_anybody_runs_no_script_in_the_server_s_name(app_server, ask):
    artifacts = app_server.home / "artifacts"
    artifacts.mkdir(exist_ok=True)
    for name, content in {
        "page.html": b"<script>fetch('/v1/projects')</script>",
        "image.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='fetch(1)'/>",
        "page.xhtml": b"<html xmlns='http://www.w3.org/1999/xhtml'><script>fetch(1)</script></html>",
        "script.js": b"fetch('/v1/projects')",
        "array.npz": b"PK\0\0",
    }.items():
        (artifacts / name).write_bytes(content)
    served = {}
    for name in ("page.html", "image.svg", "page.xhtml", "script.js", "array.npz"):
        _, headers, _ = ask("GET", f"/console/artifacts/{name}")
        served[name] = headers["content-type"].partition(";")[0]
        assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"
    assert served == {
        "page.html": "text/html",
        "image.svg": "text/plain",
        "page.xhtml": "text/plain",
        "script.js": "text/plain",
        "array.npz": "application/octet-stream",
    }


def test_own_pages_run_no_script_and_are_framed_by_nobody(ask):
    status, headers, _ = ask("GET", "/console/jobs")
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
