"""What MLflow's client raises, in words that say who has to do what."""

from __future__ import annotations

import html
import re
from http import HTTPStatus

from requests import HTTPError, RequestException

from include.errors import innermost
from include.identity import IdentityToken
from include.tracking.errors import TrackingError, TrackingRejected, TrackingUnavailable

# A success that is no JSON, a way to another page, and a refusal that is a page itself.
_OTHER_SERVER = re.compile(
    r"not in a valid JSON format|failed with error code (3\d\d |4\d\d .*Response body: '\s*<)", re.DOTALL
)
# An answer that is no JSON; MLflow's own are.
_NOT_OF_MLFLOW = re.compile(r"failed with error code (\d{3}) .*?Response body: '(.*)'", re.DOTALL)
_MARKUP = re.compile(r"<title>.*?</title>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SPACE_BEFORE_STOP = re.compile(r" (?=[.,;:])")
_MAX_SAID = 300


def explained(error: Exception, tracking_uri: str, token: IdentityToken | None) -> TrackingError:
    """Return an error of ours for what was raised while a server was asked.

    Args:
        error: Of MLflow, of `requests` or of the socket below.
        tracking_uri: The server.
        token: As whom it was asked; None where it was asked without one.
    """
    # MLflow puts what our plugin raised into an error of its own.
    if isinstance(error.__context__, TrackingError):
        return error.__context__
    status, said = _answer(error)
    if token and status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return TrackingRejected(f"MLflow at {tracking_uri}: {_not_let_in(token, status, said)}")
    if _is_outage(error, status):
        return TrackingUnavailable(
            f"MLflow at {tracking_uri} did not answer ({innermost(error)}); start it, then try again."
        )
    return TrackingRejected(f"MLflow at {tracking_uri}: {_refusal(error)}")


def _answer(error: Exception) -> tuple[int | None, str]:
    """Status and text of an answer that is none of MLflow's API."""
    if isinstance(error, HTTPError) and error.response is not None:
        return error.response.status_code, error.response.text
    answer = _NOT_OF_MLFLOW.search(str(error))
    return (int(answer[1]), answer[2]) if answer else (None, "")


def _is_outage(error: Exception, status: int | None) -> bool:
    from mlflow.exceptions import MlflowException, RestException

    if isinstance(error, RequestException | OSError):
        return status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error, RestException) or not isinstance(error, MlflowException):
        return False
    is_other_server = bool(_OTHER_SERVER.search(str(error)))
    return not is_other_server and error.get_http_status_code() >= HTTPStatus.INTERNAL_SERVER_ERROR


def _refusal(error: Exception) -> str:
    from mlflow.exceptions import MlflowException

    if _OTHER_SERVER.search(str(error)):
        return (
            f"what answers there is no MLflow server, but a login page or a proxy for example "
            f"({str(error)[:_MAX_SAID]}); correct mlflow_tracking_uri, set mlflow_audience where identity "
            "tokens are wanted, or let this account through."
        )
    if isinstance(error, MlflowException | RequestException):
        return str(error)
    return f"{error}; correct mlflow_tracking_uri."


def _not_let_in(token: IdentityToken, status: int, said: str) -> str:
    words = f"{status} {_words(said)}".strip()[:_MAX_SAID]
    if status == HTTPStatus.UNAUTHORIZED:
        return (
            f"the identity token of {token.account} for mlflow_audience {token.audience} is not taken "
            f"({words}); set mlflow_audience to the run.app address of the service on Cloud Run or one of "
            "its custom audiences, behind IAP to the id of an OAuth client that IAP lets programs in by."
        )
    return (
        f"{token.account} is not let in by an identity token for mlflow_audience {token.audience} ({words}); "
        "grant the account roles/run.invoker on the service, behind IAP roles/iap.httpsResourceAccessor."
    )


def _words(page: str) -> str:
    """What a page says, without its markup."""
    return _SPACE_BEFORE_STOP.sub("", " ".join(html.unescape(_MARKUP.sub(" ", page)).split()))
