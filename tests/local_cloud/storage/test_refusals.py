"""What Cloud Storage refuses, in the words and the shape of its API."""

import json

import pytest

from tests.local_cloud.storage.conftest import BUCKET

pytestmark = pytest.mark.emulator
OBJECTS = f"/storage/v1/b/{BUCKET}/o"
UPLOADS = f"/upload/storage/v1/b/{BUCKET}/o"


@pytest.mark.parametrize("name", ["line%0Abreak", "line%0Dbreak", ".", "..", "%C3%A4" * 513, "%FF"])
def test_a_name_that_no_object_may_have(storage_server, name):
    answer = storage_server.put(name, b"x")
    if name != "%FF":
        assert (answer.status, answer.reason) == (400, "invalid")
    else:
        # The query is decoded by its own rules: what is no UTF-8 is another name there.
        assert storage_server.call("GET", f"{OBJECTS}/{name}").status == 400


def test_a_name_may_have_1024_bytes(storage_server):
    assert storage_server.put("%C3%A4" * 512, b"x").status == 200
    assert storage_server.put("", b"x").message == "Required parameter: name"


@pytest.mark.parametrize(
    "name", ["UPPER", "ab", "-ab", "ab-", "10.0.0.1", "goog-x", "my-google", "a" * 64, "a..b"]
)
def test_a_name_that_no_bucket_may_have(storage_server, name):
    answer = storage_server.call("POST", "/storage/v1/b?project=local", {"name": name})
    assert (answer.status, answer.reason) == (400, "invalid")


def test_what_is_not_there(storage_server):
    answer = storage_server.call("GET", f"{OBJECTS}/no%2Fsuch")
    assert (answer.status, answer.reason) == (404, "notFound")
    assert answer.message == f"No such object: {BUCKET}/no/such"
    other = storage_server.call("GET", "/storage/v1/b/no-such-bucket/o")
    assert (other.status, other.message) == (404, "The specified bucket does not exist.")
    # A name is one part of the path: '/' in it has to be escaped.
    assert storage_server.call("GET", f"{OBJECTS}/no/such").status == 404
    read = storage_server.call("GET", f"/{BUCKET}/no/such")
    assert read.status == 404
    assert b"<Code>NoSuchKey</Code>" in read.body


def test_bytes_that_are_not_those_that_were_meant_leave_the_old_object(storage_server):
    storage_server.put("checked", b"old")
    related = (
        b"--b\r\nContent-Type: application/json\r\n\r\n"
        b'{"name": "checked", "md5Hash": "JfnnlDI7RTiF9RgfG2JNCw=="}\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\n12345678X\r\n--b--\r\n"
    )
    answer = storage_server.call(
        "POST", f"{UPLOADS}?uploadType=multipart", related, Content_Type="multipart/related; boundary=b"
    )
    assert answer.status == 400
    assert "doesn't match the calculated md5Hash" in answer.message
    unfinished = related.removesuffix(b"\r\n--b--\r\n")
    answer = storage_server.call(
        "POST", f"{UPLOADS}?uploadType=multipart", unfinished, Content_Type="multipart/related; boundary=b"
    )
    assert "ends before its last boundary" in answer.message
    assert storage_server.call("GET", f"{OBJECTS}/checked?alt=media").body == b"old"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("maxResults=many", "Invalid value for maxResults: 'many'"),
        ("pageToken=%21", "Invalid value for pageToken"),
        ("ifGenerationMatch=-1", "Invalid value for ifGenerationMatch: '-1'"),
        ("fields=items(name", "Invalid field selection"),
    ],
)
def test_a_parameter_that_cannot_be_read(storage_server, query, message):
    storage_server.put("here", b"x")
    path = f"{OBJECTS}/here" if "Generation" in query else OBJECTS
    answer = storage_server.call("GET", f"{path}?{query}")
    assert answer.status == 400
    assert message in answer.message


def test_a_partial_answer_has_what_was_asked_for(storage_server):
    storage_server.put("partial%2Fone", b"x")
    answer = storage_server.call("GET", f"{OBJECTS}?prefix=partial/&fields=items/name,nextPageToken")
    assert answer.json == {"items": [{"name": "partial/one"}]}
    answer = storage_server.call("GET", f"{OBJECTS}?prefix=partial/&fields=items(name,size)")
    assert answer.json == {"items": [{"name": "partial/one", "size": "1"}]}
    answer = storage_server.call("GET", f"{OBJECTS}/partial%2Fone?fields=owner")
    assert answer.json == {}


def test_a_page_has_1000_objects_at_most(storage_server):
    for number in range(1001):
        storage_server.put(f"many%2F{number:04}", b"")
    answer = storage_server.call(
        "GET", f"{OBJECTS}?prefix=many/&maxResults=5000&fields=items/name,nextPageToken"
    )
    assert len(answer.json["items"]) == 1000
    token = answer.json["nextPageToken"]
    answer = storage_server.call(
        "GET", f"{OBJECTS}?prefix=many/&pageToken={token}&fields=items/name,nextPageToken"
    )
    assert answer.json == {"items": [{"name": "many/1000"}]}


def test_a_resumable_upload_says_what_is_here_and_refuses_gaps(storage_server):
    begun = storage_server.call("POST", f"{UPLOADS}?uploadType=resumable&name=pieces", {})
    path = begun.headers["Location"].removeprefix(storage_server.address)
    quarter = 256 * 1024

    def send(content: bytes, content_range: str):
        return storage_server.call("PUT", path, content, Content_Range=content_range)

    # Kept in multiples of 256 KiB.
    assert send(b"a" * 300_000, "bytes 0-299999/*").headers["Range"] == f"bytes=0-{quarter - 1}"
    status = send(b"", "bytes */*")
    assert (status.status, status.headers["Range"]) == (308, f"bytes=0-{quarter - 1}")
    assert send(b"b" * 10, f"bytes {quarter + 5}-{quarter + 14}/*").status == 400
    assert send(b"b" * 10, f"bytes {quarter}-{quarter + 99}/*").status == 400
    assert storage_server.call("GET", f"{OBJECTS}/pieces").status == 404
    # Bytes that are here already may come again.
    done = send(b"a" * 100 + b"z", f"bytes {quarter - 100}-{quarter}/{quarter + 1}")
    assert (done.status, done.json["size"]) == (200, str(quarter + 1))
    assert send(b"", f"bytes */{quarter + 1}").status == 200
    assert storage_server.call("GET", f"{OBJECTS}/pieces?alt=media").body == b"a" * quarter + b"z"

    cancelled = storage_server.call("POST", f"{UPLOADS}?uploadType=resumable&name=never", {})
    path = cancelled.headers["Location"].removeprefix(storage_server.address)
    assert storage_server.call("DELETE", path).status == 499
    assert storage_server.call("PUT", path, b"x").status == 404


def test_pages_of_other_sites_get_no_answer(storage_server):
    assert storage_server.call("GET", "/storage/v1/b?project=local", Host="evil.example").status == 403
    assert (
        storage_server.call("GET", "/storage/v1/b?project=local", Host="storage.googleapis.com").status == 403
    )
    assert storage_server.call("GET", f"{OBJECTS}/x", Origin="http://127.0.0.1:1").status == 403
    answer = storage_server.call(
        "POST", f"{UPLOADS}?uploadType=media&name=x", b"x", Content_Type="text/plain"
    )
    assert (answer.status, json.loads(answer.body)["error"]["status"]) == (400, "INVALID_ARGUMENT")
