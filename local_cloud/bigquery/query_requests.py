"""What a request for a query says beside its statement, which the emulator leaves out.

`jobs.query` and `jobs.insert` (BigQuery's REST reference) take `maximumBytesBilled` and `defaultDataset`, a
parameter's name may be quoted in the statement (GoogleSQL, lexical structure), and `jobs.query` answers a
statement that fails with an HTTP error, where the emulator answers as if there were no rows.
"""

import json
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from bqemulator.sql.rewriter.default_dataset import qualify_unqualified_tables

from local_cloud.http_guard import Application, Message, Receive, Send

QUERY_PATH = re.compile(r"/bigquery/v2/projects/([^/]+)/(queries|jobs)")
# A quoted parameter, or a text, in which the same letters are no parameter.
QUOTED_PARAMETER = re.compile(r"""('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|@`(\w+)`""", re.DOTALL)


@dataclass(frozen=True)
class QueryRequest:
    """A query as it was asked for.

    Attributes:
        maximum_bytes_billed: what it may cost; no limit where None.
        fails_at_once: whether a statement that fails is an HTTP error, as `jobs.query` has it.
    """

    maximum_bytes_billed: int | None = None
    fails_at_once: bool = False


CURRENT_QUERY: ContextVar[QueryRequest | None] = ContextVar("CURRENT_QUERY", default=None)


class QueryRequests:
    """An ASGI application that keeps what a query's request says, while the emulator answers it.

    Args:
        app: the emulator.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Hands a request on, a query's with its statement as the emulator reads it."""
        found = QUERY_PATH.fullmatch(scope.get("path", "")) if scope.get("method") == "POST" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        body = await _whole(receive)
        try:
            document = json.loads(body)
        except ValueError:
            document = {}
        query = document if found[2] == "queries" else document.get("configuration", {}).get("query")
        if query:
            CURRENT_QUERY.set(_request(query, fails_at_once=found[2] == "queries"))
            query["query"] = _statement(query, found[1], qualified=found[2] == "queries")
            body = json.dumps(document).encode()
        await self._app(_with_length(scope, len(body)), _replayed(body, receive), send)


def _request(query: Mapping[str, Any], *, fails_at_once: bool) -> QueryRequest:
    limit = query.get("maximumBytesBilled")
    return QueryRequest(None if limit is None else int(limit), fails_at_once)


def _statement(query: Mapping[str, Any], project: str, *, qualified: bool) -> str:
    """Returns a statement without quotes around parameters, its tables in the default dataset.

    Args:
        query: the query of the request.
        project: the request's.
        qualified: whether the default dataset is put in here; the emulator does so for `jobs.insert`.
    """
    sql = QUOTED_PARAMETER.sub(lambda found: found[1] or f"@{found[2]}", str(query.get("query", "")))
    default = query.get("defaultDataset")
    if not (qualified and default):
        return sql
    own = default.get("projectId") or project
    qualified_sql: str = qualify_unqualified_tables(
        sql, default_project=own, default_dataset=default["datasetId"]
    )
    return qualified_sql


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _with_length(scope: Message, length: int) -> Message:
    others = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    return {**scope, "headers": [*others, (b"content-length", str(length).encode())]}
