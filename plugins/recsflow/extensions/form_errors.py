"""A value that Airflow's form or REST API refuses, in the words of a run instead of those of JSON schema.

Airflow checks params against their JSON schema before there is a run, and answers 400 with jsonschema's
message and a dump of the schema. The sentence takes its place for params that are declared as ours are.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_TRIGGER = re.compile(r"/api/v2/dags/[^/]+/dagRuns")
_REFUSAL = re.compile(r"Invalid input for param (?P<name>\w+): ")
_BAD_REQUEST = 400


class FormErrors:
    """ASGI middleware of Airflow's web server; looks at refused requests for a DAG run alone."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        path, method = scope.get("path", ""), scope.get("method")
        if scope["type"] != "http" or method != "POST" or not _TRIGGER.search(path):
            await self._app(scope, receive, send)
            return
        asked, answered = bytearray(), bytearray()
        held: list[Message] = []

        async def read() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def write(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == _BAD_REQUEST:
                held.append(message)
            elif not held:
                await send(message)
            else:
                answered.extend(message.get("body", b""))
                if not message.get("more_body"):
                    body = in_our_words(bytes(asked), bytes(answered))
                    await send(_with_length(held[0], len(body)))
                    await send({"type": "http.response.body", "body": body})

        await self._app(scope, read, write)


def in_our_words(asked: bytes, answered: bytes) -> bytes:
    """Return a refusal with our sentence; unchanged where it is of another param, or none of a param."""
    from include.experiment.checks.value_checks import check_values
    from include.experiment.config.form_fields import form_fields
    from include.experiment.config.run_parameters import RunParameters

    try:
        refusal, conf = json.loads(answered), json.loads(asked)["conf"]
        detail = refusal["detail"]
        refused = _REFUSAL.match(detail)
        name = refused["name"] if refused else ""
        # Others' params may be called as ours are.
        if f"'title': '{form_fields(RunParameters)[name].title}'" not in detail:
            return answered
        problems = [str(problem) for problem in check_values({name: conf[name]})]
    except (ValueError, KeyError, TypeError):
        return answered
    return json.dumps({**refusal, "detail": "\n".join(problems)}).encode() if problems else answered


def _with_length(start: Message, length: int) -> Message:
    headers = [(key, value) for key, value in start["headers"] if key.lower() != b"content-length"]
    return {**start, "headers": [*headers, (b"content-length", str(length).encode())]}
