import socket

import pytest

from include import storage
from include.cloud_storage import StorageUnavailable

pytestmark = pytest.mark.unit

ROOT = "gs://bucket/prefix"


@pytest.fixture
def nobody(monkeypatch):
    """An address of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
        yield address


def _stream():
    with storage.open_atomic(f"{ROOT}/rows.parquet") as stream:
        stream.write(b"x")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: storage.write_text(f"{ROOT}/x", "y"),
        lambda: storage.read_text(f"{ROOT}/x"),
        lambda: storage.exists(f"{ROOT}/x"),
        lambda: storage.list_files(ROOT),
        lambda: storage.list_names(ROOT),
        lambda: storage.remove(f"{ROOT}/x"),
        _stream,
    ],
)
def test_a_server_that_is_away_is_named_before_the_client_tries_for_minutes(nobody, ask):
    with pytest.raises(StorageUnavailable) as error:
        ask()
    said = str(error.value)
    assert said.startswith(f"artifact root: {ROOT}")
    assert f"no answer from {nobody} ([Errno 111] Connection refused)" in said


def test_a_path_is_made_without_asking_anybody(nobody):
    assert str(storage.artifact_path(ROOT, "rows")) == f"{ROOT}/rows"
