"""Files of artifacts on this machine and in a bucket: the same answers."""

import os

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from local_cloud.vertex.artifacts import BucketFiles, LocalFiles, files_of, is_place, location
from tests.local_cloud.storage.conftest import BUCKET, StorageServer

CONTENT = {"model/saved_model.pb": b"graph", "model/variables/a": b"12345", "modelled": b"another"}


@pytest.fixture(params=["local", "bucket"])
def place(request, tmp_path, storage_server: StorageServer):
    """Returns who answers, and the address of a folder with CONTENT in it."""
    if request.param == "local":
        for name, content in CONTENT.items():
            (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "root" / name).write_bytes(content)
        return LocalFiles(), f"{tmp_path}/root"
    options = {"api_endpoint": storage_server.address}
    client = storage.Client(project="local", credentials=AnonymousCredentials(), client_options=options)
    prefix = f"root-{os.getpid()}-{abs(hash(request.node.name))}"
    for name, content in CONTENT.items():
        client.bucket(BUCKET).blob(f"{prefix}/{name}").upload_from_string(content)
    return BucketFiles(client), f"gs://{BUCKET}/{prefix}"


@pytest.mark.emulator
def test_what_is_there_is_seen_and_copied(place, tmp_path):
    files, root = place
    assert files.exists(f"{root}/model")
    assert files.exists(f"{root}/model/saved_model.pb")
    assert not files.exists(f"{root}/mod")
    assert files.read(f"{root}/modelled") == b"another"
    assert files.read(f"{root}/model") is None
    assert sorted(files.children(f"{root}/model")) == [("saved_model.pb", 5), ("variables", None)]

    files.download(f"{root}/model", tmp_path / "copy")
    copied = {str(path.relative_to(tmp_path / "copy")) for path in (tmp_path / "copy").rglob("*.*")}
    assert copied == {"saved_model.pb"}
    assert (tmp_path / "copy" / "variables" / "a").read_bytes() == b"12345"


@pytest.mark.emulator
def test_checksums_are_of_a_folder_or_of_one_file_and_go_with_it(place):
    files, root = place
    before = files.checksums(f"{root}/model")
    assert set(before) == {"saved_model.pb", "variables/a"}
    assert len(files.checksums(f"{root}/modelled")) == 1
    assert files.checksums(f"{root}/absent") == {}
    files.remove_folder(f"{root}/model")
    assert not files.exists(f"{root}/model")
    assert files.exists(f"{root}/modelled")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("file:///tmp/a%20b", "/tmp/a b"),
        ("/tmp/a", "/tmp/a"),
        ("gs://bucket/a/", "gs://bucket/a"),
    ],
)
def test_an_address_is_a_path_here_or_an_object(uri, place):
    assert location(uri) == place
    assert is_place(place)
    assert isinstance(files_of(place), LocalFiles) == place.startswith("/")


@pytest.mark.unit
@pytest.mark.parametrize(
    "text", ["", "rows", "gs://bucket", "gs:/bucket/a", "gs://bucket/a/../b", "/a/../b", "s3://a/b"]
)
def test_what_is_no_address(text):
    assert not is_place(text)
