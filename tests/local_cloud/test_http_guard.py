"""Only this machine's own programs and people are answered."""

import asyncio
import json

import pytest

from local_cloud.http_guard import LoopbackGuard, refusal_of

pytestmark = pytest.mark.unit

OWN = "127.0.0.1:9070"
JSON = {"content-type": "application/json", "content-length": "2"}
LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


def encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def refused(method: str = "GET", **headers: str) -> str:
    """The refusal's sentence, empty where the request is answered."""
    named = {"host": OWN, **{name.replace("_", "-"): value for name, value in headers.items()}}
    refusal = refusal_of(method, encoded(named))
    return refusal.message if refusal else ""


@pytest.mark.parametrize("host", [OWN, "localhost:9070", "LOCALHOST", "[::1]:9070", "127.0.0.1"])
def test_names_of_loopback_are_answered(host):
    assert refused(host=host) == ""


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:9070",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.evil.example",
        "127.0.0.1:9070@evil.example",
        "192.168.0.7:9070",
        "0.0.0.0:9070",
        "",
    ],
)
def test_other_names_are_not(host):
    assert f"Host is {host!r}" in refused(host=host)


def test_missing_or_second_host_is_refused():
    assert "Host is ''" in refusal_of("GET", []).message
    assert refusal_of("GET", [(b"host", OWN.encode()), (b"host", b"evil.example")])


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://localhost:3000", "https://127.0.0.1:9070", "http://127.0.0.1"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_page_of_another_origin_is_refused(method, origin):
    assert f"Origin is {origin!r}" in refused(method, origin=origin)


def test_own_page_is_answered():
    own = {"origin": f"http://{OWN}", "sec_fetch_site": "same-origin"}
    assert refused("POST", **own, content_type="application/x-www-form-urlencoded", content_length="9") == ""


def test_link_from_another_site_may_be_followed_and_nothing_else():
    link = {name.replace("-", "_"): value for name, value in LINK.items()}
    assert refused(**link) == ""
    assert "Sec-Fetch-Site is 'cross-site'" in refused("POST", **link)
    assert "may link to this server" in refused(**{**link, "sec_fetch_dest": "iframe"})
    assert "Sec-Fetch-Site is 'same-site'" in refused(sec_fetch_site="same-site", sec_fetch_mode="no-cors")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "Text/Plain; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ],
)
def test_body_that_any_page_can_send_is_refused(content_type):
    assert "Content-Type is" in refused("POST", content_type=content_type, content_length="2")
    assert "Content-Type is" in refused("POST", content_type=content_type, transfer_encoding="chunked")


def test_bodies_of_clients_are_answered():
    for content_type in (
        "application/json",
        "multipart/related; boundary=x",
        "application/octet-stream",
        "*/*",
    ):
        assert refused("POST", content_type=content_type, content_length="2") == ""
    # BigQuery's client cancels a job without a body; MLflow's uploads a text with PUT, which no page can.
    assert refused("POST", content_length="0") == ""
    assert refused("PUT", content_type="text/plain", content_length="2") == ""


def test_answer_has_the_shape_of_the_public_api():
    async def never(*_arguments) -> None:
        raise AssertionError("the server was asked")

    sent: list[dict] = []

    async def send(message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": encoded({"host": "evil.example", **JSON})}
    asyncio.run(LoopbackGuard(never)(scope, never, send))
    assert sent[0]["status"] == 403
    error = json.loads(sent[1]["body"])["error"]
    assert (error["code"], error["status"], error["errors"][0]["reason"]) == (
        403,
        "PERMISSION_DENIED",
        "forbidden",
    )
