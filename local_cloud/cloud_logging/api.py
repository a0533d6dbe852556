"""The entries.list call of Cloud Logging (https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list)."""

import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.cloud_logging.filters import parse, resource_id_of
from local_cloud.cloud_logging.log_files import LogFiles
from local_cloud.vertex.errors import InvalidArgumentError
from local_cloud.vertex.message_checks import json_of

FIELDS = {"resourceNames", "filter", "orderBy", "pageSize", "pageToken"}
ORDERS = ("timestamp asc", "timestamp desc")
DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000
RESOURCE_NAME = re.compile(r"projects/(?P<project>[^/]+)(/.*)?")


class LoggingApi:
    """Finds log entries.

    Args:
        logs: what was written.
    """

    def __init__(self, logs: LogFiles) -> None:
        self._logs = logs

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        return [Route("/v2/entries:list", self.list, methods=["POST"])]

    async def list(self, request: Request) -> Response:
        """Answers a page of the entries that a filter lets through."""
        return JSONResponse(await run_in_threadpool(self._list, await json_of(request)))

    def _list(self, body: object) -> dict[str, object]:
        asked = _fields(body)
        projects = _projects(asked.get("resourceNames"))
        comparisons = parse(asked.get("filter", ""))
        found = [
            entry
            for entry in self._logs.entries(resource_id_of(comparisons))
            if entry["resource"]["labels"]["project_id"] in projects
            and all(each.holds(entry) for each in comparisons)
        ]
        found.sort(key=_position, reverse=_is_descending(asked.get("orderBy", "")))
        start, size = _number(asked, "pageToken", 0), _number(asked, "pageSize", DEFAULT_PAGE_SIZE)
        if not 0 <= size <= MAX_PAGE_SIZE:
            raise InvalidArgumentError(f"pageSize is {size}; use at most {MAX_PAGE_SIZE}.")
        end = start + (size or DEFAULT_PAGE_SIZE)
        more = {"nextPageToken": str(end)} if end < len(found) else {}
        return {**({"entries": found[start:end]} if found[start:end] else {}), **more}


def _fields(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise InvalidArgumentError("The request is not a JSON object; send one with resourceNames.")
    if unknown := sorted(body.keys() - FIELDS):
        raise InvalidArgumentError(f'Invalid JSON payload received. Unknown name "{unknown[0]}".')
    return body


def _projects(names: object) -> set[str]:
    if not isinstance(names, list) or not names:
        raise InvalidArgumentError("resourceNames is missing; give projects/PROJECT.")
    matches = [RESOURCE_NAME.fullmatch(str(name)) for name in names]
    if not all(matches):
        raise InvalidArgumentError(f"resourceNames is {names}; give projects/PROJECT.")
    return {match["project"] for match in matches if match}


def _is_descending(order: str) -> bool:
    if order and order not in ORDERS:
        raise InvalidArgumentError(f"orderBy is {order!r}; use {' or '.join(map(repr, ORDERS))}.")
    return order == "timestamp desc"


def _number(asked: dict[str, Any], name: str, default: int) -> int:
    value = asked.get(name, default)
    try:
        return int(value)
    except (TypeError, ValueError):
        raise InvalidArgumentError(
            f"{name} is {value!r}; give a number, or an earlier answer's token."
        ) from None


def _position(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["timestamp"], entry["insertId"]
