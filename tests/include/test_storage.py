import resource
import threading

import pytest

from include import storage
from include.storage_errors import StorageError

pytestmark = pytest.mark.unit


def test_text_is_read_back_as_written(tmp_path):
    uri = f"file://{tmp_path}/experiments/one/query.sql"
    text = "SELECT `a`,\n  'it''s' AS \"ä\"\n"

    assert storage.write_text(uri, text) == uri
    assert storage.read_text(uri) == text


def test_missing_folders_are_made_and_no_other_file_stays(tmp_path):
    storage.write_bytes(f"file://{tmp_path}/a/b/c.bin", b"\x00\xff")

    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["c.bin"]


def test_parts_are_appended_to_the_root(tmp_path):
    assert str(storage.artifact_path("gs://bucket/prefix", "rows", "t")) == "gs://bucket/prefix/rows/t"
    assert str(storage.artifact_path(f"file://{tmp_path}/", "rows")) == f"file://{tmp_path}/rows"


def test_a_plain_absolute_path_is_a_local_uri(tmp_path):
    assert str(storage.artifact_path(str(tmp_path))) == f"file://{tmp_path}"


def test_local_path_is_what_tfx_takes(tmp_path):
    assert storage.local_path(f"file://{tmp_path}/rows") == f"{tmp_path}/rows"
    assert storage.local_path("gs://bucket/rows") == "gs://bucket/rows"


@pytest.mark.parametrize("uri", ["", "rows", "s3://bucket/rows", "gs://", "gs:///rows", "file://rows"])
def test_other_uris_are_refused_with_the_remedy(uri):
    with pytest.raises(StorageError, match="use file:///folder or gs://bucket/prefix") as error:
        storage.artifact_path(uri)
    assert repr(uri) in str(error.value)


def test_of_two_who_create_a_file_one_does(tmp_path):
    uri = f"file://{tmp_path}/numbers/quick_test/1.txt"
    assert storage.create_text(uri, "first")
    assert not storage.create_text(uri, "second")
    assert storage.read_text(uri) == "first"
    assert [path.name for path in (tmp_path / "numbers" / "quick_test").iterdir()] == ["1.txt"]


def test_exists_follows_the_file(tmp_path):
    uri = f"file://{tmp_path}/x/_SUCCESS"
    assert not storage.exists(uri)
    storage.write_text(uri, "")
    assert storage.exists(uri)


def test_reading_an_absent_file_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        storage.read_text(f"file://{tmp_path}/absent.json")


def test_a_failed_write_leaves_the_old_file(tmp_path):
    uri = f"file://{tmp_path}/metrics.json"
    storage.write_text(uri, "old")

    def write_half() -> None:
        with storage.open_atomic(uri) as stream:
            stream.write(b"half")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        write_half()

    assert storage.read_text(uri) == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["metrics.json"]


@pytest.mark.parametrize("times", [50, pytest.param(20_000, marks=pytest.mark.soak)])
def test_a_reader_never_sees_half_a_file(tmp_path, times):
    uri = f"file://{tmp_path}/metrics.json"
    texts = {str(digit) * 200_000 for digit in range(2)}
    storage.write_text(uri, min(texts))
    done = threading.Event()
    torn: list[int] = []

    def read() -> None:
        while not done.is_set():
            text = storage.read_text(uri)
            if text not in texts:
                torn.append(len(text))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(times):
        for text in sorted(texts):
            storage.write_text(uri, text)
    done.set()
    reader.join()

    assert torn == []


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(StorageError, match=r"cannot be written .*; free space there, for example by"):
            storage.write_text((tmp_path / "rows" / "file").as_uri(), "x" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / "rows").iterdir()) == []


@pytest.mark.parametrize("place", ["/sys/recsflow/file", "/proc/recsflow/file", "{folder}/" + "a" * 300])
def test_a_place_that_takes_no_files_is_one_sentence(place, tmp_path):
    with pytest.raises(StorageError, match=r"cannot be written .*; set artifact_root to a folder or bucket"):
        storage.write_text(place.format(folder=tmp_path), "x")


def test_what_a_caller_misses_while_it_writes_is_no_fault_of_the_artifact_root(tmp_path):
    with pytest.raises(FileNotFoundError), storage.open_atomic((tmp_path / "file").as_uri()) as stream:
        stream.write((tmp_path / "missing").read_bytes())


def test_files_that_are_there_are_read_together(tmp_path):
    for name in ("a.json", "b.json"):
        storage.write_text(f"file://{tmp_path}/cards/{name}", name)

    read = storage.read_all(f"file://{tmp_path}/cards", ["b.json", "absent.json", "a.json"])

    assert read == {"b.json": b"b.json", "a.json": b"a.json"}
    assert storage.read_all(f"file://{tmp_path}/absent", ["a.json"]) == {}


def test_a_file_that_is_written_anew_has_another_version(tmp_path):
    uri = f"file://{tmp_path}/cards/a.json"

    def version():
        [file] = storage.list_files(f"file://{tmp_path}/cards")
        return file.version

    storage.write_text(uri, "one")
    first = version()
    assert version() == first
    storage.write_text(uri, "two")
    assert version() != first
