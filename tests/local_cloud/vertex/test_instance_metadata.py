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
import json, sys, google.auth
from google.auth.transport.requests import Request
from google.oauth2 import id_token
credentials, project = google.auth.default()
credentials.refresh(Request())
token = id_token.fetch_id_token(Request(), "https://service.run.app")
claims = id_token.verify_token(token, Request(), "https://service.run.app", sys.argv[1] + "/oauth2/v1/certs")
email, verified, life_s = claims["email"], claims["email_verified"], claims["exp"] - claims["iat"]
said = [project, credentials.service_account_email, bool(credentials.token)]
print(json.dumps([*said, claims["iss"], email, verified, life_s]))
"""


def test_component_is_told_its_account_and_gets_an_access_and_an_identity_token(app_server):
    address = app_server.url.removeprefix("http://")
    names = component_environment(LocalSettings(home=app_server.home))
    environment = {name: address for name in names if name.startswith("GCE_METADATA")}
    environment |= {"NO_GCE_CHECK": names["NO_GCE_CHECK"], "HOME": str(app_server.home)}
    command = [str(PYTHON), "-c", SEARCH, app_server.url]
    said = subprocess.run(command, env=environment, check=True, capture_output=True)
    identity = ["https://accounts.google.com", SERVICE_ACCOUNT, True, 3600]
    assert json.loads(said.stdout) == ["local", SERVICE_ACCOUNT, True, *identity]


@pytest.mark.parametrize("what", ["token", "identity?audience=https://service.run.app"])
def test_page_of_a_browser_gets_no_token(app_server, what):
    path = f"/computeMetadata/v1/instance/service-accounts/default/{what}"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{app_server.url}{path}", timeout=PATIENCE_S)


@pytest.mark.parametrize(("query", "status"), [("", 400), ("?audience=", 400)])
def test_identity_token_is_for_somebody(app_server, query, status):
    path = f"/computeMetadata/v1/instance/service-accounts/default/identity{query}"
    request = urllib.request.Request(f"{app_server.url}{path}", headers={"Metadata-Flavor": "Google"})
    with pytest.raises(urllib.error.HTTPError, match=str(status)):
        urllib.request.urlopen(request, timeout=PATIENCE_S)


def test_person_who_opens_the_server_sees_the_jobs(app_server):
    with urllib.request.urlopen(app_server.url, timeout=PATIENCE_S) as answer:
        assert answer.url == f"{app_server.url}/console/jobs"
