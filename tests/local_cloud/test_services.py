"""How the servers are started."""

import stat

import pytest

from local_cloud.services import build_services, keep_private
from local_cloud.settings import LocalSettings

pytestmark = pytest.mark.unit


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_for_their_owner_alone_from_the_start_and_again_where_they_were_not(tmp_path):
    secrets = tmp_path / "airflow" / "passwords"
    keep_private(secrets)
    assert (mode(secrets), mode(secrets.parent)) == (0o600, 0o700)
    secrets.write_text("{}")
    secrets.chmod(0o644)
    secrets.parent.chmod(0o755)
    keep_private(secrets)
    assert (mode(secrets), mode(secrets.parent)) == (0o600, 0o700)
    assert secrets.read_text() == "{}"


def test_components_alone_trust_nobody_but_this_machine_by_the_variable_that_tensorflow_reads(tmp_path):
    settings = LocalSettings(home=tmp_path)
    component, user = build_services(settings)["vertex"].environment, settings.environment()
    assert component["CURL_CA_BUNDLE"] == str(tmp_path / "storage" / "tls" / "authority.pem")
    assert component["REQUESTS_CA_BUNDLE"] == user["CURL_CA_BUNDLE"]
    assert "REQUESTS_CA_BUNDLE" not in user
