"""Checks that every message goes through: what Vertex AI refuses is refused here, in the same way."""

from collections.abc import Mapping, Set
from typing import Any

from google.protobuf import json_format
from starlette.requests import Request

from local_cloud.vertex.errors import InvalidArgumentError, UnimplementedError

MAX_DISPLAY_NAME = 128
JSON_TYPE = "application/json"
MAX_LABEL = 63
MAX_LABELS = 64


async def json_of(request: Request) -> object:
    """Returns the body of a request; refuses one that is not JSON, or does not say so."""
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != JSON_TYPE:
        raise InvalidArgumentError(f"Content-Type is {content_type!r}; send {JSON_TYPE!r}.")
    try:
        body: object = await request.json()
    except (ValueError, RecursionError) as error:
        raise InvalidArgumentError(f"The request's body is not JSON: {error}.") from error
    return body


def parse(body: Any, message: Any) -> dict[str, Any]:
    """Returns the body of a request as JSON of a message type; refuses what is none."""
    try:
        parsed = json_format.ParseDict(body, message.pb()())
    except json_format.ParseError as error:
        raise InvalidArgumentError(f"The request is not a {message.__name__}: {error}") from error
    found: dict[str, Any] = json_format.MessageToDict(parsed)
    return found


def refuse_unknown(values: Mapping[str, Any], path: str, implemented: Mapping[str, Set[str]]) -> None:
    """Refuses fields that this server does not understand; it understands those that stand at their path."""
    for name in sorted(values.keys() - implemented[path]):
        raise UnimplementedError(
            f"{path}.{name} is set; the local server does not implement it. Leave it out, or run on Vertex "
            "AI."
        )


def check_display_name(values: Mapping[str, Any], path: str) -> None:
    """Refuses a name for people that is missing or too long."""
    name = values.get("displayName", "")
    if not 0 < len(name) <= MAX_DISPLAY_NAME:
        raise InvalidArgumentError(
            f"{path}.displayName is {name!r}; give 1 to {MAX_DISPLAY_NAME} characters."
        )


def check_labels(labels: Mapping[str, str], path: str) -> None:
    """Refuses labels that Vertex AI would refuse.

    64 of them, a key of 1 to 63 characters with a letter first, a value of 63: lower-case letters of any
    script, digits, '_' and '-' (https://cloud.google.com/resource-manager/docs/labels-overview#requirements).
    """
    if len(labels) > MAX_LABELS:
        raise InvalidArgumentError(f"{path}.labels has {len(labels)} labels; give at most {MAX_LABELS}.")
    for name, value in labels.items():
        if not name[:1].isalpha() or not _is_label(name) or not _is_label(value):
            raise InvalidArgumentError(
                f"{path}.labels has {name!r}: {value!r}; use up to {MAX_LABEL} lower-case letters, digits, "
                "'_' and '-', and begin the name with a letter."
            )


def _is_label(text: str) -> bool:
    allowed = all(letter.isalnum() or letter in "_-" for letter in text)
    return len(text) <= MAX_LABEL and allowed and text == text.lower()
