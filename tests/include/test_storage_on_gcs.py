"""The same calls on Cloud Storage, served by an emulator in memory."""

import gc
import socket
import time

import pytest

from include import storage

pytestmark = pytest.mark.emulator
BUCKET = "recsflow-test"


@pytest.fixture(scope="module")
def root():
    from gcp_storage_emulator.server import create_server

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = create_server("127.0.0.1", port, in_memory=True, default_bucket=BUCKET)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
        # The emulator does not know the API by which gcsfs asks for the kind of a bucket.
        patch.setenv("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
        yield f"gs://{BUCKET}/prefix"
    server.stop()


def test_text_is_read_back_as_written(root):
    uri = storage.write_text(f"{root}/experiments/one/query.sql", "SELECT `ä`\n")

    assert uri == f"{root}/experiments/one/query.sql"
    assert storage.read_text(uri) == "SELECT `ä`\n"


def test_a_change_by_another_process_is_seen_at_once(root):
    uri = f"{root}/metrics.json"
    assert not storage.exists(uri)
    storage.write_text(uri, "one epoch")
    assert storage.exists(uri)
    assert storage.read_text(uri) == "one epoch"
    storage.write_text(uri, "two epochs, a longer text")
    assert storage.read_text(uri) == "two epochs, a longer text"


def test_a_stream_appears_when_it_is_complete(root):
    uri = f"{root}/rows/train/rows.parquet"

    with storage.open_atomic(uri) as stream:
        stream.write(b"PAR1" * 1000)
        assert not storage.exists(uri)

    assert storage.read_bytes(uri) == b"PAR1" * 1000


def test_a_failed_stream_leaves_nothing(root):
    uri = f"{root}/rows/test/rows.parquet"

    def write_half() -> None:
        with storage.open_atomic(uri) as stream:
            stream.write(b"half")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        write_half()
    gc.collect()
    time.sleep(0.5)  # gcsfs closes a collected file in a thread of its own.

    assert not storage.exists(uri)


def test_reading_an_absent_object_says_so(root):
    with pytest.raises(FileNotFoundError):
        storage.read_text(f"{root}/absent.json")
