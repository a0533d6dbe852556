"""Google's own search for an account, as a component does it."""

import json
import subprocess
import urllib.error
import urllib.request

import pytest

from local_cloud.component_environment import component_environment
from local_cloud.settings import SERVICE_ACCOUNT, LocalSettings
from tests.local_cloud.vertex.app_server import PYTHON
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator

SEARCH = """
import json, google.auth, google.auth.transport.requests
credentials, project = google.auth.default()
credentials.refresh(google.auth.transport.requests.Request())
print(json.dumps([project, credentials.service_account_email, bool(credentials.token)]))
"""


def test_component_is_told_its_account_and_gets_a_token(app_server):
    address = app_server.url.removeprefix("http://")
    names = component_environment(LocalSettings(home=app_server.home))
    environment = {name: address for name in names if name.startswith("GCE_METADATA")}
    environment |= {"NO_GCE_CHECK": names["NO_GCE_CHECK"], "HOME": str(app_server.home)}
    said = subprocess.run([str(PYTHON), "-c", SEARCH], env=environment, check=True, capture_output=True)
    assert json.loads(said.stdout) == ["local", SERVICE_ACCOUNT, True]


def test_page_of_a_browser_gets_no_token(app_server):
    path = "/computeMetadata/v1/instance/service-accounts/default/token"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{app_server.url}{path}", timeout=PATIENCE_S)


def test_person_who_opens_the_server_sees_the_jobs(app_server):
    with urllib.request.urlopen(app_server.url, timeout=PATIENCE_S) as answer:
        assert answer.url == f"{app_server.url}/console/jobs"
