"""Checks that every message goes through: what Vertex AI refuses is refused here, in the same way."""

import re
from collections.abc import Mapping, Set
from typing import Any

from google.protobuf import json_format
from starlette.requests import Request

from local_cloud.vertex.errors import InvalidArgumentError, UnimplementedError

MAX_DISPLAY_NAME = 128
JSON_TYPE = "application/json"
LABEL = re.compile(r"[a-z0-9_-]{0,63}")


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
    """Refuses labels that Vertex AI would refuse."""
    for name, value in labels.items():
        if not LABEL.fullmatch(name) or not LABEL.fullmatch(value):
            raise InvalidArgumentError(
                f"{path}.labels has {name!r}: {value!r}; use up to 63 lower-case letters, digits, '_' "
                "and '-'."
            )
