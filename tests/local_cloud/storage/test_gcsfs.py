"""What `include.storage` does on a folder, on Cloud Storage by way of gcsfs."""

import gc
import time
from datetime import UTC, datetime, timedelta

import pytest
from google.auth.credentials import AnonymousCredentials

from include import identity, storage
from tests.local_cloud.storage.conftest import BUCKET

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def root(storage_server):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in storage_server.environment.items():
            patch.setenv(name, value)
        yield f"gs://{BUCKET}/prefix"


def test_text_is_read_back_as_written(root):
    uri = storage.write_text(f"{root}/experiments/one/query.sql", "SELECT `ä`\n")

    assert uri == f"{root}/experiments/one/query.sql"
    assert storage.read_text(uri) == "SELECT `ä`\n"


def test_the_local_clouds_account_without_a_name_reads_and_writes(root, nobodys_account):
    class Nobody:
        def credentials(self):
            return AnonymousCredentials()

        def tracking_token(self, *, refused=None):
            return None

    identity.act_as(Nobody())
    uri = storage.write_text(f"{root}/anonymous.txt", "text")
    assert storage.read_text(uri) == "text"
    assert "anonymous.txt" in storage.list_names(root)
    storage.remove(uri)
    assert not storage.exists(uri)


def test_a_change_by_another_process_is_seen_at_once(root):
    uri = f"{root}/metrics.json"
    assert not storage.exists(uri)
    storage.write_text(uri, "one epoch")
    assert storage.exists(uri)
    assert storage.read_text(uri) == "one epoch"
    storage.write_text(uri, "two epochs, a longer text")
    assert storage.read_text(uri) == "two epochs, a longer text"


def test_of_two_who_create_a_file_one_does(root):
    uri = f"{root}/numbers/quick_test/1.txt"
    assert storage.create_text(uri, "first")
    assert not storage.create_text(uri, "second")
    assert storage.read_text(uri) == "first"


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


def test_a_folder_is_listed_with_sizes_and_times_and_removed_as_a_whole(root):
    # Cloud Storage tells it in whole milliseconds.
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    for name in ("a/one.txt", "a/b/two.txt"):
        storage.write_text(f"{root}/leavings/{name}", "1234")

    files = {file.path: file for file in storage.list_files(f"{root}/leavings") if not file.is_folder}
    assert set(files) == {"a/one.txt", "a/b/two.txt"}
    assert {file.size_bytes for file in files.values()} == {4}
    assert all(before <= file.changed <= datetime.now(UTC) for file in files.values())
    assert storage.list_names(f"{root}/leavings/a") == ["b", "one.txt"]
    # A generation each: another one of a file that is written anew.
    assert {file.version for file in files.values()} == {
        str(storage.artifact_path(f"{root}/leavings/{name}").fs.info(f"{root}/leavings/{name}")["generation"])
        for name in files
    }
    assert storage.read_all(f"{root}/leavings/a", ["one.txt", "absent.txt"]) == {"one.txt": b"1234"}

    for _ in range(2):
        storage.remove(f"{root}/leavings/a")
        assert storage.list_files(f"{root}/leavings") == []
        assert storage.list_names(f"{root}/leavings") == []
