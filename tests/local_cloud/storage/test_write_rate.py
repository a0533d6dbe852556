"""How often one object may be written; the clock is the test's."""

import asyncio

import httpx
import pytest

from local_cloud.storage.app import StorageApp
from local_cloud.storage.records import Bucket
from local_cloud.storage.store import Store
from local_cloud.storage.write_rate import WriteRate

pytestmark = pytest.mark.unit

BUCKET = "shop"
OBJECTS = f"/storage/v1/b/{BUCKET}/o"
UPLOADS = f"/upload/storage/v1/b/{BUCKET}/o"


class Service:
    """The server without its ports, and who asks it."""

    def __init__(self, store):
        self.now = 0.0
        store.write_rate = WriteRate(clock=lambda: self.now)
        self._transport = httpx.ASGITransport(app=StorageApp(store))

    def call(self, method, path, **sent):
        async def answer():
            async with httpx.AsyncClient(transport=self._transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **sent)

        return asyncio.run(answer())

    def put(self, name, content):
        return self.call("POST", f"{UPLOADS}?uploadType=media&name={name}", content=content)


@pytest.fixture
def service(tmp_path):
    store = Store(tmp_path / "storage")
    now = store.now_us()
    store.insert_bucket(Bucket(BUCKET, "local", "US-CENTRAL1", "STANDARD", now, now))
    yield Service(store)
    store.close()


def test_an_object_takes_one_write_a_second(service):
    assert service.put("often", b"first").status_code == 200
    service.now = 0.9
    refused = service.put("often", b"second")
    assert (refused.status_code, refused.json()["error"]["errors"][0]["reason"]) == (429, "rateLimitExceeded")
    assert refused.json()["error"]["message"].startswith(
        f"The object {BUCKET}/often exceeded the rate limit for object"
    )
    assert service.call("PATCH", f"{OBJECTS}/often", json={"metadata": {"a": "b"}}).status_code == 429
    assert service.put("other", b"x").status_code == 200
    target = f"{OBJECTS}/other/rewriteTo/b/{BUCKET}/o/often"
    assert service.call("POST", target, json={}).status_code == 429
    assert service.call("GET", f"{OBJECTS}/often?alt=media").content == b"first"

    service.now = 1.0
    assert service.call("PATCH", f"{OBJECTS}/often", json={"metadata": {"a": "b"}}).status_code == 200


def test_a_resumable_upload_waits_for_its_turn_with_its_bytes(service):
    assert service.put("often", b"first").status_code == 200
    begun = service.call("POST", f"{UPLOADS}?uploadType=resumable&name=often", json={})
    session = dict(begun.headers.raw)[b"Location"].decode()
    assert service.call("PUT", session, content=b"third").status_code == 429

    service.now = 1.0
    assert service.call("PUT", session, headers={"Content-Range": "bytes */5"}).status_code == 200
    assert service.call("GET", f"{OBJECTS}/often?alt=media").content == b"third"
    # What is removed is not in the way of what comes after it.
    assert service.call("DELETE", f"{OBJECTS}/often").status_code == 204
