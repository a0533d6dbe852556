"""A local server of models and endpoints, one for each file of tests."""

import pytest

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
