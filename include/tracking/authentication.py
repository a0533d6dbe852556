"""An identity token with each call to an MLflow server that is behind Cloud Run's IAM or IAP.

MLflow would read a token from the environment, where every process that is started meanwhile finds it, and
where nothing renews it. So it comes through MLflow's plugin for authentication, which is asked at each call.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.auth import AuthBase
from requests.utils import rewind_body

from include.identity import IdentityToken, tracking_token

# The name of the plugin, which MLFLOW_TRACKING_AUTH takes.
PROVIDER = "recsflow"

_lock = threading.Lock()
_asked: Counter[str] = Counter()


class BearerToken(AuthBase):
    """Puts a token on a call to a server that is asked, and another one where the server does not take it.

    A token goes to no other server, whatever redirects there.
    """

    def __init__(self, token: IdentityToken) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the token."""
        if not _is_asked(request.url):
            return request
        _sign(request, self._token)
        request.register_hook("response", self._ask_again)  # type: ignore[no-untyped-call]
        return request

    def _ask_again(self, response: Response, **options: Any) -> Response:
        """Send a call once more that came back for its token, as `requests` does for HTTP's digests."""
        request = response.request
        if response.status_code != HTTPStatus.UNAUTHORIZED or not _is_asked(request.url):
            return response
        token = tracking_token(refused=self._token)
        if token is None:
            return response
        # Reads what is left of the answer, so that its connection can be used again.
        _ = response.content
        response.close()
        repeated = request.copy()
        _sign(repeated, token)
        if hasattr(repeated.body, "seek"):
            rewind_body(repeated)
        answer: Response = response.connection.send(repeated, **options)
        answer.history.append(response)
        answer.request = repeated
        return answer


class _Provider:
    """MLflow's plugin, asked before each call."""

    def get_name(self) -> str:
        return PROVIDER

    def get_auth(self) -> BearerToken | None:
        token = tracking_token()
        return BearerToken(token) if token else None


@contextmanager
def asking(tracking_uri: str) -> Iterator[None]:
    """Let MLflow's plugin put tokens on calls to one server."""
    from mlflow.tracking.request_auth import registry

    server = _origin(tracking_uri)
    with _lock:
        _asked[server] += 1
        if not any(provider.get_name() == PROVIDER for provider in registry._request_auth_provider_registry):
            registry._request_auth_provider_registry.register(_Provider)
    try:
        yield
    finally:
        with _lock:
            _asked[server] -= 1


def _sign(request: PreparedRequest, token: IdentityToken) -> None:
    request.headers["Authorization"] = f"Bearer {token.text}"


def _is_asked(url: str | None) -> bool:
    return _asked[_origin(url or "")] > 0


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
