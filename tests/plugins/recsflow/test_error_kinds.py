"""One table of errors to kinds: every error of ours, and what libraries raise for each cause, is in it."""

from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from airflow.sdk import RetryAction
from airflow.sdk.exceptions import AirflowFailException
from google.api_core import exceptions
from google.auth.exceptions import DefaultCredentialsError, TransportError
from requests import exceptions as http

import include.quality.errors
import include.storage
import include.tracking.errors  # noqa: F401 (for their part of the tree)
from include.errors import RecsflowError
from include.tracking.connection import tracking_client
from include.tracking.errors import TrackingRejected, TrackingUnavailable
from include.warehouse.calls import translated_errors
from include.warehouse.errors import WarehouseError, WarehouseUnavailable
from recsflow.errors import JobRefused, PermanentTaskError, RecsflowTaskError, VertexUnavailable
from recsflow.extensions.retries import retries
from recsflow.vertex.hooks.vertex import answered

pytestmark = pytest.mark.unit

POLICY = retries(2, timedelta(seconds=30))["retry_policy"]
TRIED_AGAIN = {
    *("WarehouseUnavailable", "TrackingUnavailable", "CompileError", "VertexUnavailable", "EndpointBusy"),
    *("RecsflowTaskError", "JobStateUnknown", "ImageRegistryUnavailable", "StorageUnavailable"),
    *("PermissionsUnknown", "QuotasUnknown"),
    # No outage, but another try takes rows of one state of the source.
    "SourceChanged",
}


def is_tried_again(error):
    action = POLICY.evaluate(error, 1, 2).action
    return action is RetryAction.RETRY or (
        action is RetryAction.DEFAULT and not isinstance(error, AirflowFailException)
    )


def tree(error):
    return [error, *(below for child in error.__subclasses__() for below in tree(child))]


@pytest.mark.parametrize(
    "error",
    [each for root in (RecsflowError, RecsflowTaskError, PermanentTaskError) for each in tree(root)],
    ids=lambda error: error.__name__,
)
def test_an_error_of_ours_is_tried_again_just_where_that_helps(error):
    assert is_tried_again(error.__new__(error)) == (error.__name__ in TRIED_AGAIN)


@pytest.mark.parametrize(
    ("raised", "outage"),
    [
        (http.ConnectTimeout("no route"), True),
        (http.ConnectionError("refused"), True),
        (http.ChunkedEncodingError("cut off"), True),
        (exceptions.ServiceUnavailable("busy"), True),
        (exceptions.InternalServerError("oops"), True),
        (exceptions.BadGateway("oops"), True),
        (exceptions.TooManyRequests("slow down"), True),
        (exceptions.RetryError("gave up", cause=None), True),
        (TransportError("no token server"), True),
        (http.ReadTimeout("late"), False),
        (exceptions.DeadlineExceeded("late"), False),
        (exceptions.BadRequest("syntax"), False),
        (exceptions.Forbidden("no"), False),
        (exceptions.Unauthorized("who"), False),
        (exceptions.NotFound("gone"), False),
        (DefaultCredentialsError("none"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_the_warehouse_raises_is_an_outage_or_a_mistake(raised, outage):
    with pytest.raises(WarehouseError) as caught, translated_errors("query"):
        raise raised
    assert isinstance(caught.value, WarehouseUnavailable) == outage
    assert is_tried_again(caught.value) == outage


@pytest.mark.parametrize(
    ("raised", "outage"),
    [
        (http.ConnectTimeout("no route"), True),
        (http.ReadTimeout("late"), True),
        (http.ConnectionError("refused"), True),
        (http.ChunkedEncodingError("cut off"), True),
        (exceptions.ServiceUnavailable("busy"), True),
        (exceptions.InternalServerError("oops"), True),
        (exceptions.BadGateway("oops"), True),
        (exceptions.GatewayTimeout("late"), True),
        (exceptions.DeadlineExceeded("late"), True),
        (exceptions.TooManyRequests("slow down"), True),
        (exceptions.RetryError("gave up", cause=None), True),
        (TransportError("no token server"), True),
        (TimeoutError(), True),
        (exceptions.MethodNotImplemented("another machine"), False),
        (exceptions.BadRequest("field"), False),
        (exceptions.FailedPrecondition("it runs"), False),
        (exceptions.Forbidden("no"), False),
        (exceptions.Unauthorized("who"), False),
        (exceptions.NotFound("gone"), False),
        (exceptions.GoogleAPICallError("cancelled by its owner"), False),
        (DefaultCredentialsError("none"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_vertex_raises_is_an_outage_or_a_mistake(raised, outage):
    kind = VertexUnavailable if outage else JobRefused
    with pytest.raises(kind) as caught, answered("pipeline job one"):
        raise raised
    assert is_tried_again(caught.value) == outage
    says = "Vertex AI: no answer (" if outage else "pipeline job one was refused: "
    assert str(caught.value).startswith(says)


def test_what_a_caller_reads_as_an_answer_stays_what_it_is():
    with pytest.raises(exceptions.AlreadyExists), answered("pipeline job one"):
        raise exceptions.AlreadyExists("one")
    with pytest.raises(exceptions.NotFound), answered("reading job one", may_be_gone=True):
        raise exceptions.NotFound("one")


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (200, TrackingRejected, "what answers there is no MLflow server, but a login page or a proxy"),
        (302, TrackingRejected, "what answers there is no MLflow server, but a login page or a proxy"),
        (403, TrackingRejected, "no MLflow server, but a login page or a proxy .*failed with error code 403"),
        (404, TrackingRejected, "no MLflow server, but a login page or a proxy .*failed with error code 404"),
        (503, TrackingUnavailable, "did not answer"),
    ],
)
def test_a_page_in_place_of_mlflow_is_a_mistake_and_a_silent_server_an_outage(
    httpserver_of_pages, status, kind, says
):
    with pytest.raises(kind, match=says) as caught, tracking_client(httpserver_of_pages(status)) as client:
        client.search_registered_models("name = 'a'")
    assert is_tried_again(caught.value) == (kind is TrackingUnavailable)


@pytest.fixture
def httpserver_of_pages():
    """Starts a server on loopback that answers everything with a page."""
    servers = []

    def start(status):
        servers.append(server := HTTPServer(("127.0.0.1", 0), page(status)))
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def page(status):
    class Page(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = b"<html><body>Sign in</body></html>"
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_):
            pass

    return Page
