"""google-cloud-storage, as the orchestrator, Beam and MLflow use it."""

import os

import pytest
from google.api_core.exceptions import Conflict, NotFound, PreconditionFailed, RequestRangeNotSatisfiable
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from local_cloud.settings import LOCATION
from tests.local_cloud.storage.conftest import BUCKET

pytestmark = pytest.mark.emulator


@pytest.fixture
def client(storage_server):
    options = {"api_endpoint": storage_server.address}
    return storage.Client(project="local", credentials=AnonymousCredentials(), client_options=options)


@pytest.fixture
def bucket(client, request):
    client.create_bucket(
        name := f"bucket-{os.getpid()}-{abs(hash(request.node.name))}", location="europe-west1"
    )
    return client.bucket(name)


def test_an_object_comes_back_with_the_checksums_of_its_bytes(bucket):
    blob = bucket.blob("rows/ä b#?%.txt")
    blob.upload_from_string("123456789")
    found = bucket.get_blob("rows/ä b#?%.txt")

    assert found.download_as_bytes() == b"123456789"
    # The check values of CRC-32C and MD5 of these nine digits, as base64.
    assert (found.crc32c, found.md5_hash) == ("4waSgw==", "JfnnlDI7RTiF9RgfG2JNCw==")
    assert (found.size, found.metageneration, found.content_type) == (9, 1, "text/plain")


def test_what_is_written_in_pieces_is_one_object_and_appears_at_the_end(bucket):
    content = os.urandom(1_500_001)
    stream = bucket.blob("big").open("wb", chunk_size=262_144)
    for start in range(0, len(content), 100_000):
        stream.write(content[start : start + 100_000])
    assert bucket.get_blob("big") is None
    stream.close()

    assert bucket.blob("big").download_as_bytes() == content
    assert bucket.blob("big").download_as_bytes(start=262_143, end=262_150) == content[262_143:262_151]
    with bucket.blob("nothing").open("wb"):
        pass
    assert bucket.get_blob("nothing").size == 0
    with pytest.raises(RequestRangeNotSatisfiable):
        bucket.blob("big").download_as_bytes(start=1_500_001)


def test_a_bucket_says_where_it_is(client, bucket, storage_server):
    assert client.get_bucket(bucket.name).location == "EUROPE-WEST1"
    # One that the server makes is where the local Vertex AI is.
    made = client.get_bucket(BUCKET)
    assert (made.location, made.location_type) == (LOCATION.upper(), "region")


def test_a_condition_that_does_not_hold_changes_nothing(bucket):
    blob = bucket.blob("one")
    blob.upload_from_string("first", if_generation_match=0)
    first = blob.generation
    for call in (
        lambda: blob.upload_from_string("second", if_generation_match=0),
        lambda: bucket.blob("one", chunk_size=262_144).upload_from_string("x" * 9, if_generation_match=0),
        lambda: bucket.delete_blob("one", if_generation_match=first + 1),
        lambda: bucket.copy_blob(blob, bucket, "two", if_source_generation_match=first + 1),
        lambda: bucket.get_blob("one", if_metageneration_match=7),
    ):
        with pytest.raises(PreconditionFailed):
            call()
    assert bucket.blob("one").download_as_bytes() == b"first"
    assert bucket.get_blob("two") is None

    blob.upload_from_string("third", if_generation_match=first)
    assert bucket.get_blob("one").generation > first
    assert bucket.get_blob("one", generation=first) is None


def test_a_listing_has_pages_prefixes_and_the_order_of_bytes(client, bucket):
    names = ["a/1", "a/2", "a/b/3", "a0", "b", "a/", "ä", "\U0001f600", "\uffff"]
    for name in names:
        bucket.blob(name).upload_from_string(name)
    in_order = ["a/", "a/1", "a/2", "a/b/3", "a0", "b", "ä", "\uffff", "\U0001f600"]

    for size in (1, 2, 5, 1000):
        assert [blob.name for blob in client.list_blobs(bucket, page_size=size)] == in_order
        top = client.list_blobs(bucket, delimiter="/", page_size=size)
        assert [blob.name for blob in top] == ["a0", "b", "ä", "\uffff", "\U0001f600"]
        assert top.prefixes == {"a/"}
        below = client.list_blobs(bucket, prefix="a/", delimiter="/", page_size=size)
        assert [blob.name for blob in below] == ["a/", "a/1", "a/2"]
        assert below.prefixes == {"a/b/"}
    trailing = client.list_blobs(bucket, delimiter="/", include_trailing_delimiter=True)
    assert [blob.name for blob in trailing][:2] == ["a/", "a0"]
    between = client.list_blobs(bucket, start_offset="a/2", end_offset="b")
    assert [blob.name for blob in between] == ["a/2", "a/b/3", "a0"]


def test_a_batch_answers_each_call_on_its_own(client, bucket):
    bucket.blob("one").upload_from_string("x")
    with client.batch(raise_exception=False) as batch:
        bucket.delete_blob("one")
        bucket.delete_blob("two")
    assert [answer.status_code for answer in batch._responses] == [204, 404]
    assert list(client.list_blobs(bucket)) == []


def test_copies_compositions_and_metadata(bucket):
    source = bucket.blob("a")
    source.metadata = {"kind": "rows"}
    source.upload_from_string("123456789")
    bucket.rename_blob(source, "b")
    assert bucket.get_blob("a") is None
    assert bucket.get_blob("b").metadata == {"kind": "rows"}

    bucket.blob("twice").compose([bucket.blob("b"), bucket.blob("b")])
    twice = bucket.get_blob("twice")
    assert twice.download_as_bytes() == b"123456789" * 2
    assert (twice.component_count, twice.md5_hash) == (2, None)

    twice.metadata = {"kind": None, "split": "train"}
    twice.patch()
    again = bucket.get_blob("twice")
    assert (again.metadata, again.metageneration) == ({"split": "train"}, 2)
    assert again.generation == twice.generation


def test_a_bucket_has_a_location_and_is_removed_when_it_is_empty(client, bucket):
    assert client.get_bucket(bucket.name).location == "EUROPE-WEST1"
    assert client.get_bucket(BUCKET).location == "US-CENTRAL1"
    with pytest.raises(Conflict):
        client.create_bucket(bucket.name)
    assert bucket.test_iam_permissions(["storage.objects.create"]) == ["storage.objects.create"]
    bucket.blob("x").upload_from_string("x")
    with pytest.raises(Conflict, match="not empty"):
        bucket.delete()
    bucket.delete_blob("x")
    bucket.delete()
    with pytest.raises(NotFound):
        client.get_bucket(bucket.name)
    with pytest.raises(NotFound):
        bucket.blob("x").upload_from_string("x")
