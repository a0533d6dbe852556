"""Whether artifacts can be written, read and removed, and where they are."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from google.cloud.storage import Client

from include import storage
from recsflow.doctor.finding import Finding, bad, doubtful, good
from recsflow.identity import connection_credentials

if TYPE_CHECKING:
    from recsflow.settings import Settings

ON_OBJECTS = tuple(f"storage.objects.{verb}" for verb in ("create", "get", "list", "delete"))
# https://cloud.google.com/storage/docs/locations: what the regions of a multi-region begin with.
MULTI_REGIONS = {"US": "us-", "EU": "europe-", "ASIA": "asia-"}


def check_artifacts(settings: Settings) -> Iterator[Finding]:
    """Ask the bucket, if it is one, for permissions and place; then write, read and remove a file."""
    if settings.artifact_root.startswith("gs://"):
        yield from _bucket(settings)
    uri, text = settings.layout.doctors_probe(uuid.uuid4().hex).text, "written by the doctor"
    storage.write_text(uri, text)
    try:
        read = storage.read_text(uri)
    finally:
        storage.remove(uri)
    if read != text or storage.exists(uri):
        yield bad(
            "artifacts", f"{uri} is not what was written, or was not removed; choose another artifact_root"
        )
        return
    yield good("artifacts", f"a file in {settings.artifact_root} was written, read and removed")


def _bucket(settings: Settings) -> Iterator[Finding]:
    name = settings.artifact_root.removeprefix("gs://").partition("/")[0]
    client = Client(project=settings.project, credentials=connection_credentials(settings.gcp_conn_id))
    bucket = client.get_bucket(name)
    granted = bucket.test_iam_permissions(ON_OBJECTS)
    if missing := [each for each in ON_OBJECTS if each not in granted]:
        yield bad(
            "artifacts",
            f"the account lacks {', '.join(missing)} on bucket {name}; grant it roles/storage.objectUser",
        )
    if is_near(bucket.location, settings.location):
        yield good(
            "artifacts", f"bucket {name} in {bucket.location} is near Vertex AI in {settings.location}"
        )
    else:
        yield doubtful(
            "artifacts",
            f"bucket {name} is in {bucket.location}, and location, where jobs run, is {settings.location}: "
            "each byte is billed on its way; take a bucket there",
        )


def is_near(bucket_location: str, region: str) -> bool:
    """Whether a bucket is in a region, or in the multi-region around it."""
    prefix = MULTI_REGIONS.get(bucket_location.upper())
    return region.startswith(prefix) if prefix else bucket_location.lower() == region.lower()
