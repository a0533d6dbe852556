"""Names of buckets and objects that Cloud Storage takes."""

import re

from local_cloud.storage.errors import InvalidError, RequiredError

BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
MAX_OBJECT_NAME_BYTES = 1024


def check_bucket_name(name: str) -> str:
    """Returns a name that a new bucket may have.

    https://cloud.google.com/storage/docs/buckets#naming: 3 to 63 characters (222 with dots, 63 between two
    dots) of lower-case letters, digits, '-', '_' and '.', a letter or digit at both ends; no IP address, no
    name that begins with 'goog' or has 'google' in it.
    """
    parts_fit = all(0 < len(part) <= 63 for part in name.split("."))
    if not BUCKET_NAME.fullmatch(name) or not parts_fit or ADDRESS.fullmatch(name):
        raise InvalidError(
            f"Invalid bucket name: {name!r}; use 3 to 63 lower-case letters, digits, '-', '_' and '.', "
            "with a letter or digit at both ends."
        )
    if name.startswith("goog") or "google" in name or "g00gle" in name:
        raise InvalidError(f"Invalid bucket name: {name!r}; 'goog' at the start and 'google' are reserved.")
    return name


def check_object_name(name: str) -> str:
    """Returns a name that an object may have.

    https://cloud.google.com/storage/docs/objects#naming: 1 to 1,024 bytes of UTF-8, no carriage return or
    line feed, neither '.' nor '..', not below '.well-known/acme-challenge/'. There are no folders: '/' is a
    letter like others.
    """
    if not name:
        raise RequiredError("Required parameter: name")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise InvalidError(f"Invalid object name {name!r}: it is not valid UTF-8.") from None
    if size > MAX_OBJECT_NAME_BYTES:
        raise InvalidError(
            f"The object name {name[:60]!r}… has {size} bytes; the maximum object name length is "
            f"{MAX_OBJECT_NAME_BYTES} bytes."
        )
    forbidden = "\r" in name or "\n" in name or name in {".", ".."}
    if forbidden or name.startswith(".well-known/acme-challenge/"):
        raise InvalidError(
            f"Invalid object name: {name!r}; no line breaks, neither '.' nor '..', nothing below "
            "'.well-known/acme-challenge/'."
        )
    return name
