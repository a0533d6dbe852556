"""Buckets and objects as the JSON API answers them.

https://cloud.google.com/storage/docs/json_api/v1/buckets#resource and …/v1/objects#resource; 64-bit numbers
are text.
"""

from collections.abc import Mapping
from urllib.parse import quote

from local_cloud.storage.errors import InvalidError
from local_cloud.storage.records import WRITABLE, Bucket, StoredObject, rfc3339

DEFAULT_TYPE = "application/octet-stream"
# https://cloud.google.com/storage/quotas#objects
MAX_CUSTOM_METADATA_BYTES = 8192
MULTI_REGIONS = frozenset({"US", "EU", "ASIA"})


def of_bucket(bucket: Bucket, base: str) -> dict[str, object]:
    """Returns a bucket's resource.

    Args:
        bucket: the record.
        base: address of the server, without a slash at the end.
    """
    return {
        "kind": "storage#bucket",
        "id": bucket.name,
        "name": bucket.name,
        "selfLink": f"{base}/storage/v1/b/{quote(bucket.name, safe='')}",
        "projectNumber": "1",
        "metageneration": str(bucket.metageneration),
        "etag": f"{bucket.metageneration:x}",
        "location": bucket.location,
        "locationType": "multi-region" if bucket.location in MULTI_REGIONS else "region",
        "storageClass": bucket.storage_class,
        "timeCreated": rfc3339(bucket.created_us),
        "updated": rfc3339(bucket.updated_us),
        "iamConfiguration": {
            "uniformBucketLevelAccess": {"enabled": True},
            "bucketPolicyOnly": {"enabled": True},
            "publicAccessPrevention": "enforced",
        },
        "softDeletePolicy": {"retentionDurationSeconds": "0"},
        **({"labels": bucket.labels} if bucket.labels else {}),
    }


def of_object(found: StoredObject, base: str) -> dict[str, object]:
    """Returns an object's resource.

    Args:
        found: the record.
        base: address of the server, without a slash at the end.
    """
    path = f"/storage/v1/b/{quote(found.bucket, safe='')}/o/{quote(found.name, safe='')}"
    created = rfc3339(found.created_us)
    return {
        "kind": "storage#object",
        "id": f"{found.bucket}/{found.name}/{found.generation}",
        "name": found.name,
        "bucket": found.bucket,
        "selfLink": f"{base}{path}",
        "mediaLink": f"{base}/download{path}?generation={found.generation}&alt=media",
        "generation": str(found.generation),
        "metageneration": str(found.metageneration),
        "storageClass": "STANDARD",
        "size": str(found.size),
        "crc32c": found.crc32c,
        **({"md5Hash": found.md5} if found.md5 is not None else {}),
        **({"componentCount": found.component_count} if found.component_count is not None else {}),
        "etag": found.etag,
        "timeCreated": created,
        "updated": rfc3339(found.updated_us),
        "timeStorageClassUpdated": created,
        "timeFinalized": created,
        **found.metadata,
    }


def writable(body: Mapping[str, object]) -> dict[str, object]:
    """Returns what a client may set of an object's resource; a value of None unsets.

    Raises:
        InvalidError: Custom metadata is not text, or more than 8 KiB.
    """
    chosen = {name: body[name] for name in WRITABLE if name in body}
    custom = chosen.get("metadata")
    if custom is None:
        return chosen
    if not isinstance(custom, dict) or not all(isinstance(value, str | None) for value in custom.values()):
        raise InvalidError(f"Invalid value for metadata: {custom!r}; use an object whose values are strings.")
    size = sum(len(str(text).encode()) for pair in custom.items() for text in pair)
    if size > MAX_CUSTOM_METADATA_BYTES:
        raise InvalidError(
            f"The metadata has {size} bytes; the maximum is {MAX_CUSTOM_METADATA_BYTES} bytes."
        )
    return chosen


def patched(old: Mapping[str, object], change: Mapping[str, object]) -> dict[str, object]:
    """Returns metadata after a JSON merge patch (RFC 7396): None removes, objects are merged."""
    merged: dict[str, object] = dict(old)
    for name, value in change.items():
        before = merged.get(name)
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            merged[name] = patched(before if isinstance(before, dict) else {}, value)
        else:
            merged[name] = value
    return merged
