"""Keeps the pages of other sites away from servers that answer this machine only.

A browser sends a request to loopback for any page that asks for it, and a page whose name resolves to
127.0.0.1 counts as the server's own. So these servers answer a request only where

- Host names loopback (a rebound name stands in Host),
- Origin, where there is one, is the server's own,
- the browser does not say that another site asks for it, unless a person follows a link,
- a POST without Origin has a body of a type that no page can send unasked (Fetch Standard, CORS-safelisted).

Standard library only: servers of three environments use it.
"""

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type Application = Callable[[Message, Receive, Send], Awaitable[None]]
type Headers = Sequence[tuple[bytes, bytes]]

LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
SENT_BY_ANY_PAGE = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
POLICY_VIOLATION = 1008


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered, in the words of Google's error model.

    Attributes:
        status: status of the HTTP answer.
        code: name of the canonical code of google.rpc.Code.
        reason: the same for clients of the older JSON APIs, BigQuery's among them.
        message: what was received and what would be right.
    """

    status: HTTPStatus
    code: str
    reason: str
    message: str

    @property
    def body(self) -> bytes:
        """The answer as JSON."""
        older = {"message": self.message, "domain": "global", "reason": self.reason}
        error = {"code": int(self.status), "message": self.message, "status": self.code, "errors": [older]}
        return json.dumps({"error": error}).encode()


class LoopbackGuard:
    """An ASGI application that hands on what this machine's own programs and people ask for.

    Args:
        app: the server that is guarded.
        hosts: names that Host may have, where the server stands for others than loopback.
        scheme: under which it is called.
    """

    def __init__(self, app: Application, hosts: Sequence[str] = (), scheme: str = "http") -> None:
        self._app = app
        self._hosts = re.compile("|".join(map(re.escape, hosts))) if hosts else LOOPBACK
        self._scheme = scheme

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Hands a request on, or answers why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = refusal_of(scope.get("method", "GET"), scope["headers"], self._hosts, self._scheme)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": refusal.message[:120]})
        else:
            headers = [(b"content-type", b"application/json"), (b"x-content-type-options", b"nosniff")]
            await send({"type": "http.response.start", "status": int(refusal.status), "headers": headers})
            await send({"type": "http.response.body", "body": refusal.body})


def refusal_of(
    method: str, headers: Headers, hosts: re.Pattern[str] = LOOPBACK, scheme: str = "http"
) -> Refusal | None:
    """Returns why a request is refused; None where it may be answered."""
    host = _value(headers, b"host")
    if not hosts.fullmatch(host.lower()):
        names = "127.0.0.1, localhost or [::1]" if hosts is LOOPBACK else hosts.pattern.replace("\\", "")
        return _forbidden(f"Host is {host!r}; this server answers its own machine only: call it as {names}.")
    origin = _value(headers, b"origin")
    if origin and origin.lower() != f"{scheme}://{host.lower()}":
        return _forbidden(
            f"Origin is {origin!r}; pages of other sites may not call this server: open "
            f"{scheme}://{host} itself."
        )
    if _asked_by_another_site(method, headers):
        site = _value(headers, b"sec-fetch-site")
        return _forbidden(
            f"Sec-Fetch-Site is {site!r}; pages of other sites may link to this server and nothing else: "
            f"open {scheme}://{host} itself."
        )
    content_type = _value(headers, b"content-type").partition(";")[0].strip().lower()
    if method == "POST" and not origin and _has_body(headers) and content_type in SENT_BY_ANY_PAGE:
        return Refusal(
            HTTPStatus.BAD_REQUEST,
            "INVALID_ARGUMENT",
            "invalid",
            f"Content-Type is {content_type!r}, which any web page can send; send 'application/json', or the "
            "type of the file that is uploaded.",
        )
    return None


def _asked_by_another_site(method: str, headers: Headers) -> bool:
    if _value(headers, b"sec-fetch-site") in {"", "none", "same-origin"}:
        return False
    follows_link = (
        _value(headers, b"sec-fetch-mode") == "navigate" and _value(headers, b"sec-fetch-dest") == "document"
    )
    return not (follows_link and method in {"GET", "HEAD"})


def _has_body(headers: Headers) -> bool:
    return bool(_value(headers, b"transfer-encoding")) or _value(headers, b"content-length") not in {"", "0"}


def _value(headers: Headers, name: bytes) -> str:
    """Returns a header; one that came twice is two values, which equal none that is allowed."""
    return ", ".join(value.decode("latin-1") for key, value in headers if key.lower() == name)


def _forbidden(message: str) -> Refusal:
    return Refusal(HTTPStatus.FORBIDDEN, "PERMISSION_DENIED", "forbidden", message)
