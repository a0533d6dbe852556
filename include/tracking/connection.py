"""MLflow's client, made to fail soon and clearly where the server is down."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from include.errors import innermost
from include.identity import tracking_token
from include.tracking.errors import TrackingRejected, TrackingUnavailable

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

# MLflow would otherwise repeat a call for minutes; here the Airflow task is what tries again.
_LIMITS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "15",
}


# A success that is no JSON, a way to another page, and a refusal that is a page itself.
_OTHER_SERVER = re.compile(
    r"not in a valid JSON format|failed with error code (3\d\d |4\d\d .*Response body: '\s*<)", re.DOTALL
)
_MAX_SAID = 300


@contextmanager
def tracking_client(tracking_uri: str) -> Iterator[MlflowClient]:
    """Give a client of one server, without touching MLflow's global state.

    Raises:
        TrackingUnavailable: The server did not answer.
        TrackingRejected: The server refused a call.
    """
    try:
        urlsplit(tracking_uri)
    except ValueError as error:
        raise TrackingRejected(f"MLflow at {tracking_uri}: {error}; correct mlflow_tracking_uri.") from None
    token = tracking_token()
    with _environment(_LIMITS), _environment({"MLFLOW_TRACKING_TOKEN": token} if token else {}, wins=True):
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException, RestException
        from requests import RequestException

        try:
            yield MlflowClient(tracking_uri=tracking_uri)
        except (RequestException, OSError) as error:
            raise TrackingUnavailable(_unavailable(tracking_uri, error)) from None
        except MlflowException as error:
            if _OTHER_SERVER.search(str(error.message)):
                raise TrackingRejected(_other_server(tracking_uri, error)) from None
            if isinstance(error, RestException) or error.get_http_status_code() < 500:
                raise TrackingRejected(f"MLflow at {tracking_uri}: {error.message}") from None
            raise TrackingUnavailable(_unavailable(tracking_uri, error)) from None
        except ValueError as error:
            raise TrackingRejected(
                f"MLflow at {tracking_uri}: {error}; correct mlflow_tracking_uri."
            ) from None


def _other_server(tracking_uri: str, error: MlflowException) -> str:
    return (
        f"MLflow at {tracking_uri}: what answers there is no MLflow server, but a login page or a proxy for "
        f"example ({error.message[:_MAX_SAID]}); correct mlflow_tracking_uri, set mlflow_audience where "
        "identity tokens are wanted, or let this account through."
    )


def _unavailable(tracking_uri: str, error: Exception) -> str:
    return f"MLflow at {tracking_uri} did not answer ({innermost(error)}); start it, then try again."


@contextmanager
def _environment(values: dict[str, str], *, wins: bool = False) -> Iterator[None]:
    """Set variables for a while; one that a user has set stays, unless `wins` is true."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update({name: value for name, value in values.items() if wins or before[name] is None})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
