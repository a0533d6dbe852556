"""Checksums that a client states: https://cloud.google.com/storage/docs/data-validation."""

from collections.abc import Mapping

from starlette.requests import Request

from local_cloud.storage.contents import Content
from local_cloud.storage.errors import InvalidError


def claims_of(body: Mapping[str, object]) -> dict[str, str]:
    """Returns the checksums in an object's resource."""
    return {key: str(body[key]) for key in ("md5Hash", "crc32c") if body.get(key)}


def hash_header(request: Request) -> dict[str, str]:
    """Returns the checksums in `x-goog-hash`, https://cloud.google.com/storage/docs/xml-api/reference-headers."""
    claims = {}
    for part in request.headers.get("x-goog-hash", "").split(","):
        kind, _, value = part.strip().partition("=")
        if value:
            claims["md5Hash" if kind == "md5" else kind] = value
    return claims


def check_claims(content: Content, claims: Mapping[str, str]) -> None:
    """Refuses bytes that are not those that the client meant, https://cloud.google.com/storage/docs/data-validation."""
    for name, actual in (("md5Hash", content.md5), ("crc32c", content.crc32c)):
        if name in claims and claims[name] != actual:
            raise InvalidError(
                f"Provided {name} {claims[name]!r} doesn't match the calculated {name} {actual!r} of the "
                f"{content.size} bytes that arrived."
            )
