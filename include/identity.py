"""As whom Cloud Storage and MLflow are asked.

Whoever runs the domain says it once in a process. Until then Cloud Storage's client looks for an account by
itself, as Google's libraries do, and MLflow is asked without a token.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from google.auth.credentials import Credentials


@dataclass(frozen=True)
class IdentityToken:
    """Says to one service who asks.

    Attributes:
        account: Email of the account whose it is.
        audience: The service that it is for.
        text: What is sent, and shown nowhere.
    """

    account: str
    audience: str
    text: str = field(repr=False)


class Identity(Protocol):
    """An account of Google Cloud."""

    def credentials(self) -> Credentials:
        """Return what Google's clients sign with; the same object each time, which renews itself."""

    def tracking_token(self, *, refused: IdentityToken | None = None) -> IdentityToken | None:
        """Return an identity token for the MLflow server, good for minutes; None where it asks for none.

        Args:
            refused: One that the server did not take; it is not given again.
        """


class _Process:
    identity: Identity | None = None


def act_as(identity: Identity | None) -> None:
    """Let everything in this process be asked as one account; None for whatever the machine has."""
    _Process.identity = identity


def storage_credentials() -> Credentials | None:
    """Return what Cloud Storage is asked with, None where nobody said it."""
    return _Process.identity.credentials() if _Process.identity else None


def tracking_token(*, refused: IdentityToken | None = None) -> IdentityToken | None:
    """Return the token that the MLflow server wants; None where it wants none, or nobody said it."""
    return _Process.identity.tracking_token(refused=refused) if _Process.identity else None
