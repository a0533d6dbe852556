"""Airflow's REST API on this machine, with the login that its standalone mode has made."""

from __future__ import annotations

import json
from typing import Any

import requests

from local_cloud.services import PASSWORDS
from local_cloud.settings import LocalSettings

TIMEOUT_S = 60


class AirflowRefused(RuntimeError):
    """Airflow does not take a request; carries its own words.

    Attributes:
        status: The HTTP status.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class AirflowApi:
    """Calls the API; logs in once."""

    def __init__(self, settings: LocalSettings) -> None:
        self._url = settings.url("airflow")
        logins = json.loads((settings.home / "airflow" / PASSWORDS).read_text())
        user, password = next(iter(logins.items()))
        login = {"username": user, "password": password}
        token = requests.post(f"{self._url}/auth/token", json=login, timeout=TIMEOUT_S)
        token.raise_for_status()
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token.json()['access_token']}"

    def call(
        self, method: str, path: str, *, query: dict[str, Any] | None = None, body: Any = None
    ) -> dict[str, Any]:
        """Return the answer of a call below `/api/v2/`.

        Raises:
            AirflowRefused: The answer is an error.
        """
        answer = self._session.request(
            method, f"{self._url}/api/v2/{path}", params=query, json=body, timeout=TIMEOUT_S
        )
        if not answer.ok:
            raise AirflowRefused(answer.status_code, _words(answer))
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


def _words(answer: requests.Response) -> str:
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError):
        return f"HTTP {answer.status_code}"
    return detail if isinstance(detail, str) else json.dumps(detail)
