"""Passwords and tokens in the Variable `recsflow`, which everybody reads who reads Variables.

Those that are made by what the Variable says are in no danger there, but on their way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

# user:password@ or token@ before a host.
_IN_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^/@\s?#]+@", re.IGNORECASE)
_SECRET_NAME = re.compile(
    r"(pass(word|wd|phrase)?|secret|token|api_?key|webhook(_url)?|credentials?)$", re.IGNORECASE
)
# Addresses by which everybody may send who knows them: Slack, Discord, Teams, and keys behind '?'.
_SECRET_ADDRESS = re.compile(
    r"hooks\.slack\.com/|/api/webhooks/|\.webhook\.office\.com/|[?&](key|token|sig|password)=", re.IGNORECASE
)
# A template that takes the secret from an Airflow connection.
_FROM_CONNECTION = re.compile(r"\{\{\s*conn\.")
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


def secrets_in(settings: Any) -> Iterator[str]:
    """Return a sentence for each secret; none repeats it.

    Args:
        settings: What the Variable holds.
    """
    for field, value in _texts(settings, ""):
        if _IN_ADDRESS.search(value):
            yield f"{field} has a user name or a password in its address; {_remedy(field)}"
        elif field.startswith("notifiers") and _is_secret(field, value):
            yield f"{field} is a secret; {_remedy(field)}"


def tokens_in_the_clear(settings: Any) -> Iterator[str]:
    """Return a sentence where identity tokens would be sent unencrypted.

    Args:
        settings: What the Variable holds.
    """
    if not isinstance(settings, dict) or not settings.get("mlflow_audience"):
        return
    address = settings.get("mlflow_tracking_uri")
    if isinstance(address, str) and not _is_encrypted(address):
        yield (
            f"mlflow_tracking_uri is {address!r}, and mlflow_audience sends an identity token with each "
            "call; use its https address, or leave mlflow_audience out"
        )


def _is_encrypted(address: str) -> bool:
    if _IN_ADDRESS.search(address):
        # Refused as it is, and not to be repeated.
        return True
    try:
        parts = urlsplit(address)
    except ValueError:
        # Whoever asks it says what is wrong with it.
        return True
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)


def _is_secret(field: str, value: str) -> bool:
    named = _SECRET_NAME.search(field) is not None and not _FROM_CONNECTION.search(value)
    return named or _SECRET_ADDRESS.search(value) is not None


def _remedy(field: str) -> str:
    if field.startswith("notifiers"):
        return (
            "put it into an Airflow connection, which is encrypted, and name that by the notifier's own "
            "argument, slack_conn_id for example"
        )
    return "take it out, whoever reads Variables reads it; everything is asked as the account of gcp_conn_id"


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, f"{field}.{name}" if field else str(name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{field}[{index}]")
