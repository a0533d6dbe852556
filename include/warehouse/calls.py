"""Every call to BigQuery ends in a result or in one of our errors, within its deadline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from include.errors import innermost
from include.warehouse.errors import QueryFailed, QueryTimeout, TableNotFound, WarehouseUnavailable

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPICallError


@contextmanager
def translated_errors(where: str) -> Iterator[None]:
    """Turn the client library's errors into ours: the service's own words without the library's frames.

    Args:
        where: What was being done, for example ``query of `local.staging.rows_1` ``.
    """
    from concurrent.futures import TimeoutError as FutureTimeout

    from google.api_core import exceptions
    from requests import exceptions as http

    try:
        yield
    except exceptions.NotFound as error:
        raise TableNotFound(
            f"{where}: {_words(error)}; check project, dataset, table and location."
        ) from None
    except (FutureTimeout, http.Timeout, exceptions.DeadlineExceeded):
        raise QueryTimeout(
            f"{where}: no answer within the deadline; raise timeout_s or ask for less."
        ) from None
    except (exceptions.ServiceUnavailable, exceptions.RetryError, http.ConnectionError) as error:
        said = _words(error) if isinstance(error, exceptions.ServiceUnavailable) else innermost(error)
        raise WarehouseUnavailable(
            f"{where}: no answer ({said}); check that BigQuery or its emulator is up."
        ) from None
    except exceptions.GoogleAPICallError as error:
        raise QueryFailed(f"{where}: {_words(error)}") from None


def _words(error: GoogleAPICallError) -> str:
    """The service's own words; the library's message has the request's address before them."""
    details = (each["message"] for each in error.errors if isinstance(each, Mapping) and each.get("message"))
    return str(next(details, error.message))
