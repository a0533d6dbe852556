"""Every call to BigQuery ends in a result or in one of our errors, within its deadline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from include.warehouse.errors import QueryFailed, QueryTimeout, TableNotFound, WarehouseUnavailable


@contextmanager
def translated_errors(where: str) -> Iterator[None]:
    """Turn the client library's errors into ours, keeping the service's own words.

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
            f"{where}: {error.message}; check project, dataset, table and location."
        ) from error
    except (FutureTimeout, http.Timeout, exceptions.DeadlineExceeded) as error:
        raise QueryTimeout(
            f"{where}: no answer within the deadline; raise timeout_s or ask for less."
        ) from error
    except (exceptions.ServiceUnavailable, exceptions.RetryError, http.ConnectionError) as error:
        raise WarehouseUnavailable(f"{where}: {error}; check that BigQuery or its emulator is up.") from error
    except exceptions.GoogleAPICallError as error:
        raise QueryFailed(f"{where}: {error.message}") from error
