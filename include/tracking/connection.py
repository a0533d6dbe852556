"""MLflow's client, made to fail soon and clearly where the server is down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from include.identity import IdentityToken, tracking_token
from include.tracking.environment import SharedVariables
from include.tracking.errors import TrackingRejected

if TYPE_CHECKING:
    from mlflow import MlflowClient

# MLflow would otherwise repeat a call for minutes; here the Airflow task is what tries again.
_LIMITS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "15",
    # An address that opens on MLflow's page for LLMs; ours do not.
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
_variables = SharedVariables()


@contextmanager
def tracking_client(tracking_uri: str) -> Iterator[MlflowClient]:
    """Give a client of one server, without touching MLflow's global state.

    Raises:
        TrackingUnavailable: The server did not answer.
        TrackingRejected: The server refused a call, or does not let the account in.
    """
    try:
        urlsplit(tracking_uri)
    except ValueError as error:
        raise TrackingRejected(f"MLflow at {tracking_uri}: {error}; correct mlflow_tracking_uri.") from None
    token = tracking_token()
    with _set_up(tracking_uri, token):
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
        from requests import RequestException

        from include.tracking.refusals import explained

        try:
            yield MlflowClient(tracking_uri=tracking_uri)
        except (MlflowException, RequestException, OSError, ValueError) as error:
            raise explained(error, tracking_uri, token) from None


@contextmanager
def _set_up(tracking_uri: str, token: IdentityToken | None) -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(_variables.setting(_LIMITS))
        if token:
            from include.tracking.authentication import PROVIDER, asking

            stack.enter_context(_variables.setting({"MLFLOW_TRACKING_AUTH": PROVIDER}, wins=True))
            stack.enter_context(asking(tracking_uri))
        yield
