"""What the server knows of a bucket, an object and an upload."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

# What a client may set, https://cloud.google.com/storage/docs/json_api/v1/objects#resource
WRITABLE = (
    *(
        "contentType",
        "contentEncoding",
        "contentDisposition",
        "contentLanguage",
        "cacheControl",
        "customTime",
    ),
    *("metadata", "storageClass", "temporaryHold", "eventBasedHold"),
)


@dataclass(frozen=True)
class Bucket:
    """A bucket.

    Attributes:
        name: of the whole world's.
        project: that owns it.
        location: region or multi-region in upper case, as the API answers it.
        storage_class: of objects that name none.
        created_us: microseconds since 1970.
        updated_us: the same.
        metageneration: 1, and 1 more with each change.
        labels: set by the client.
    """

    name: str
    project: str
    location: str
    storage_class: str
    created_us: int
    updated_us: int
    metageneration: int = 1
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredObject:
    """One object, as it is now.

    Attributes:
        bucket: its bucket.
        name: any text, which may have '/' in it.
        generation: number of this content, larger than those before it.
        metageneration: 1 for new content, and 1 more with each change of the metadata.
        content: name of the file that holds the bytes.
        size: bytes.
        md5: base64, None for what was composed.
        crc32c: base64 of the big-endian checksum.
        component_count: of how many it was composed, None where it was not.
        created_us: microseconds since 1970.
        updated_us: the same.
        metadata: what the client may set, by its name in the API.
    """

    bucket: str
    name: str
    generation: int
    metageneration: int
    content: str
    size: int
    md5: str | None
    crc32c: str
    component_count: int | None
    created_us: int
    updated_us: int
    metadata: dict[str, object]

    @property
    def etag(self) -> str:
        """Changes with content and metadata."""
        return f"{self.generation:x}/{self.metageneration}"


@dataclass(frozen=True)
class Upload:
    """A resumable upload.

    Attributes:
        upload_id: the session.
        bucket: of the object.
        name: of the object.
        content: name of the file that holds what arrived.
        metadata: what the client sets.
        claims: checksums that the client gave, by their name in the API.
        conditions: query parameters that must hold when the upload is complete.
        size: bytes that were announced, None where they were not.
        generation: of the object that it became, None before.
    """

    upload_id: str
    bucket: str
    name: str
    content: str
    metadata: dict[str, object]
    claims: dict[str, str]
    conditions: dict[str, str]
    size: int | None = None
    generation: int | None = None


def rfc3339(moment_us: int) -> str:
    """Returns a moment as the API writes it, in milliseconds."""
    moment = datetime.fromtimestamp(moment_us / 1e6, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
