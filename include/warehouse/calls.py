"""Every call to BigQuery ends in a result or in one of our errors, within its deadline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from include.errors import innermost
from include.warehouse.errors import (
    QueryFailed,
    QueryTimeout,
    QueryTooExpensive,
    TableNotFound,
    WarehouseError,
    WarehouseUnavailable,
)

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPICallError


TOO_EXPENSIVE = "bytesBilledLimitExceeded"
FILTER_MISSING = "that can be used for partition elimination"
FILTER_REMEDY = "give the table, or the view over it, that `partition_column` in its dataset config."


@contextmanager
def translated_errors(where: str) -> Iterator[None]:
    """Turn the client library's errors into ours: the service's own words without the library's frames.

    Args:
        where: What was being done, for example ``query of `local.staging.rows_1` ``.
    """
    from concurrent.futures import TimeoutError as FutureTimeout

    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError, TransportError
    from requests import exceptions as http

    try:
        yield
    except exceptions.NotFound as error:
        raise TableNotFound(
            f"{where}: {_words(error)}; check project, dataset, table and location."
        ) from None
    except http.ConnectTimeout as error:  # a Timeout too, but the deadline is not what it takes
        raise WarehouseUnavailable(_no_answer(where, innermost(error))) from None
    except (FutureTimeout, http.Timeout, exceptions.DeadlineExceeded):
        raise QueryTimeout(
            f"{where}: no answer within the deadline; raise timeout_s or ask for less."
        ) from None
    except (exceptions.ServerError, exceptions.TooManyRequests) as error:
        # The client library knows no status for this reason, and takes it for a fault of the server.
        if _reason(error) == TOO_EXPENSIVE:
            raise _too_expensive(where, error) from None
        raise WarehouseUnavailable(_no_answer(where, _words(error))) from None
    except (exceptions.RetryError, http.ConnectionError, http.ChunkedEncodingError, TransportError) as error:
        raise WarehouseUnavailable(_no_answer(where, innermost(error))) from None
    except GoogleAuthError as error:
        raise WarehouseError(
            f"{where}: this account is not let in ({error}); correct the connection's credentials."
        ) from None
    except exceptions.GoogleAPICallError as error:
        if _reason(error) == TOO_EXPENSIVE:
            raise _too_expensive(where, error) from None
        remedy = f"; {FILTER_REMEDY}" if FILTER_MISSING in _words(error) else ""
        raise QueryFailed(f"{where}: {_words(error)}{remedy}") from None


def _too_expensive(where: str, error: GoogleAPICallError) -> QueryTooExpensive:
    return QueryTooExpensive(
        f"{where}: {_words(error)} Raise maximum_bytes_billed_per_query or "
        "maximum_bytes_billed_per_run in the settings, or read less."
    )


def _reason(error: GoogleAPICallError) -> str:
    return str(next((each.get("reason") for each in error.errors if isinstance(each, Mapping)), ""))


def _no_answer(where: str, said: str) -> str:
    return f"{where}: no answer ({said}); check that BigQuery or its emulator is up."


def _words(error: GoogleAPICallError) -> str:
    """The service's own words; the library's message has the request's address before them."""
    details = (each["message"] for each in error.errors if isinstance(each, Mapping) and each.get("message"))
    return str(next(details, error.message))
