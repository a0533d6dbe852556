"""Local servers: one of models and endpoints for each file of tests, and one that forks, with its jobs."""

import urllib.error
from contextlib import suppress

import pytest

from include.process_activity import wait_until
from tests.local_cloud.vertex.app_server import AppServer
from tests.local_cloud.vertex.serving import Serving


@pytest.fixture(scope="module")
def app_server(tmp_path_factory):
    server = AppServer(tmp_path_factory.mktemp("cloud") / "home")
    yield server
    server.stop()


@pytest.fixture
def serving(app_server, tmp_path):
    return Serving(app_server, tmp_path)


@pytest.fixture
def server(one_server):
    yield one_server
    for job in one_server.unfinished():
        # One that ends meanwhile is no longer to be cancelled.
        with suppress(urllib.error.HTTPError):
            one_server.call("POST", f"/v1/{job}:cancel", {})
        wait_until(lambda job=job: job not in one_server.unfinished(), one_server.activity, what=job)
