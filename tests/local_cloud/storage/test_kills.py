"""A kill at any moment loses nothing that was there, and shows nothing that was not whole."""

import socket
import stat

import pytest

from tests.local_cloud.storage.conftest import BUCKET

pytestmark = pytest.mark.emulator
OBJECTS = f"/storage/v1/b/{BUCKET}/o"
UPLOADS = f"/upload/storage/v1/b/{BUCKET}/o"


def test_what_was_answered_is_there_after_a_kill_and_a_session_goes_on(own_server):
    quarter = 256 * 1024
    own_server.put("kept", b"old")
    begun = own_server.call("POST", f"{UPLOADS}?uploadType=resumable&name=pieces", {})
    path = begun.headers["Location"].removeprefix(own_server.address)
    own_server.call("PUT", path, b"a" * quarter, Content_Range=f"bytes 0-{quarter - 1}/*")
    # Half of an upload in one request.
    half = socket.create_connection(("127.0.0.1", own_server.ports[0]))
    head = f"POST {UPLOADS}?uploadType=media&name=kept HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    half.sendall(
        head.encode()
        + b"Content-Length: 1000000\r\nContent-Type: application/octet-stream\r\n\r\n"
        + b"new" * 1000
    )
    own_server.put("last", b"answered")
    own_server.kill()
    half.close()

    own_server.start()
    assert own_server.call("GET", f"{OBJECTS}/kept?alt=media").body == b"old"
    assert own_server.call("GET", f"{OBJECTS}/last?alt=media").body == b"answered"
    assert own_server.call("GET", f"{OBJECTS}/pieces").status == 404
    status = own_server.call("PUT", path, b"", Content_Range="bytes */*")
    assert (status.status, status.headers["Range"]) == (308, f"bytes=0-{quarter - 1}")
    done = own_server.call("PUT", path, b"z", Content_Range=f"bytes {quarter}-{quarter}/{quarter + 1}")
    assert done.json["size"] == str(quarter + 1)
    content = [file for file in (own_server.folder / "contents").rglob("*") if file.is_file()]
    assert len(content) == 3, "what the kill left behind is removed"


def test_all_that_is_stored_is_for_its_owner_alone(own_server):
    own_server.put("secret", b"x")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in own_server.folder.rglob("*")}
    assert modes == {0o600, 0o700}
