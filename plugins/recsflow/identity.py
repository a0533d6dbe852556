"""The one account that everything is asked as: that of the Airflow connection, impersonation included."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from include import identity
from include.identity import IdentityToken

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from recsflow.settings import Settings

# A call that begins now must not end with a token that has ended.
RENEWED_BEFORE_S = 300.0
# What IAM and the metadata server answered stands in the message only.
_BUSY = re.compile(r"""['"]code['"]: (429|5\d\d)""")
_ANSWERED_NO = re.compile(r"Status: 4\d\d")


class ConnectionIdentity:
    """The account of the connection that the Variable `recsflow` names; looked up when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def credentials(self) -> Credentials:
        """Return the connection's credentials."""
        with self._lock:
            return self._credentials

    def tracking_token(self, *, refused: IdentityToken | None = None) -> IdentityToken | None:
        """Return an identity token of the account, for `mlflow_audience`; None where that is not set.

        Raises:
            TrackingUnavailable: Whoever makes identity tokens did not answer.
            TrackingRejected: The account gets none.
            SettingsError: It is none that Google makes such tokens for.
        """
        audience = self._settings.mlflow_audience
        if not audience:
            return None
        with self._lock, _reported(audience, self._settings.gcp_conn_id):
            is_refused = refused is not None and self._maker.token == refused.text
            if is_refused or _ends_soon(self._maker):
                self._renew()
            return IdentityToken(_account(self._maker.token), audience, self._maker.token)

    def _renew(self) -> None:
        from airflow.sdk.log import mask_secret
        from google.auth.transport.requests import Request

        self._maker.refresh(Request())
        mask_secret(self._maker.token)

    @cached_property
    def _settings(self) -> Settings:
        from recsflow.settings import load_settings

        return load_settings()

    @cached_property
    def _credentials(self) -> Credentials:
        return connection_credentials(self._settings.gcp_conn_id)

    @cached_property
    def _maker(self) -> Any:
        return identity_token(
            self._credentials, str(self._settings.mlflow_audience), self._settings.gcp_conn_id
        )


def connection_credentials(gcp_conn_id: str) -> Credentials:
    """Return the credentials of an Airflow connection: a key, the machine's account, or whom it impersonates.

    Raises:
        SettingsError: Airflow does not have the connection.
    """
    from airflow.providers.google.common.hooks.base_google import GoogleBaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    from recsflow.errors import SettingsError

    try:
        return GoogleBaseHook(gcp_conn_id=gcp_conn_id).get_credentials()
    except AirflowNotFoundException:
        raise SettingsError(
            f"Airflow Variable 'recsflow': gcp_conn_id is {gcp_conn_id!r}, a connection that Airflow does "
            f"not have; create it, or set AIRFLOW_CONN_{gcp_conn_id.upper()}."
        ) from None


def identity_token(credentials: Credentials, audience: str, gcp_conn_id: str) -> Credentials:
    """Return credentials whose token says who the account is, for one audience.

    https://cloud.google.com/run/docs/authenticating/service-to-service

    Raises:
        SettingsError: The account is none that Google makes such tokens for.
    """
    from google.auth import compute_engine, impersonated_credentials
    from google.auth.transport.requests import Request
    from google.oauth2 import service_account

    from recsflow.errors import SettingsError

    if isinstance(credentials, impersonated_credentials.Credentials):
        return impersonated_credentials.IDTokenCredentials(credentials, audience, include_email=True)
    if isinstance(credentials, service_account.Credentials):
        return service_account.IDTokenCredentials(
            credentials.signer, credentials.service_account_email, credentials._token_uri, audience
        )
    if isinstance(credentials, compute_engine.Credentials):
        return compute_engine.IDTokenCredentials(Request(), audience, use_metadata_identity_endpoint=True)
    raise SettingsError(
        f"Airflow Variable 'recsflow': mlflow_audience is {audience!r}, but connection {gcp_conn_id} is no "
        f"service account ({type(credentials).__module__}); give it a key, or let it impersonate one."
    )


def act_as_connection() -> None:
    """Let artifacts and MLflow be asked as the connection's account, in this process."""
    identity.act_as(ConnectionIdentity())


@contextmanager
def _reported(audience: str, gcp_conn_id: str) -> Iterator[None]:
    """Say for which server a token was asked, where none came."""
    from google.auth.exceptions import GoogleAuthError, TransportError
    from requests import RequestException

    from include.errors import innermost
    from include.tracking.errors import TrackingRejected, TrackingUnavailable

    try:
        yield
    except (GoogleAuthError, RequestException) as error:
        is_outage = (
            isinstance(error, TransportError | RequestException)
            or isinstance(error.__cause__, TransportError)
            or error.retryable
            or _BUSY.search(str(error))
        )
        if is_outage and not _ANSWERED_NO.search(str(error)):
            raise TrackingUnavailable(
                f"MLflow: no answer to the request for an identity token ({innermost(error)})."
            ) from None
        raise TrackingRejected(
            f"MLflow: no identity token for mlflow_audience {audience} ({error}); let the account of "
            f"connection {gcp_conn_id} make such tokens."
        ) from None


def _account(token: str) -> str:
    """Whose it is, as the server reads it too."""
    from google.auth import jwt

    claims = jwt.decode(token, verify=False)
    return str(claims.get("email") or claims.get("sub"))


def _ends_soon(credentials: Any) -> bool:
    from google.auth import _helpers

    if not credentials.token or credentials.expiry is None:
        return True
    return bool((credentials.expiry - _helpers.utcnow()).total_seconds() < RENEWED_BEFORE_S)
