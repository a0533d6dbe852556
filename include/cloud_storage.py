"""Whether Cloud Storage, or what stands for it, is there to be asked.

gcsfs tries a refused connection again for a minute and more; whoever waits wants a sentence first.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from include.errors import RecsflowError, innermost

if TYPE_CHECKING:
    from upath import UPath

CONNECT_TIMEOUT_S = 30
PORTS = {"https": 443, "http": 80}


class StorageUnavailable(RecsflowError):
    """Cloud Storage cannot be reached; a later try may help."""


class StorageRefused(RecsflowError):
    """Cloud Storage does not let this account do it; a later try would not help."""


def check_reachable(path: UPath) -> None:
    """Ask once a process whether the server of a path takes a connection, as gcsfs makes it: without a proxy.

    Args:
        path: In a bucket.

    Raises:
        StorageUnavailable: It does not.
    """
    try:
        _connect(path.fs.base)
    except OSError as error:
        server = urlsplit(path.fs.base)
        raise StorageUnavailable(
            f"artifact root: {path} cannot be reached, no answer from {server.scheme}://{server.netloc} "
            f"({error}); check that Cloud Storage or its emulator is up."
        ) from None


@contextmanager
def answered(path: UPath) -> Iterator[None]:
    """Tell what this account may not do from an outage, which a later try may survive.

    Raises:
        StorageRefused: The account is not known, or may not do it.
        StorageUnavailable: Cloud Storage, or who hands out tokens, did not answer.
        FileNotFoundError: An answer, which the caller reads.
    """
    from aiohttp import ClientError
    from gcsfs.retry import HttpError
    from google.auth.exceptions import GoogleAuthError, TransportError

    try:
        yield
    except (ClientError, TransportError) as error:
        raise _unavailable(path, error) from None
    except GoogleAuthError as error:
        raise _refused(path, error) from None
    except HttpError as error:
        code = int(error.code or 0)
        if code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise _refused(path, error) from None
        if code >= HTTPStatus.INTERNAL_SERVER_ERROR or code == HTTPStatus.TOO_MANY_REQUESTS:
            raise _unavailable(path, error) from None
        raise
    except OSError as error:
        if str(error).startswith("Forbidden"):  # gcsfs has no other mark for 403
            raise _refused(path, error) from None
        raise


def _refused(path: UPath, error: Exception) -> StorageRefused:
    return StorageRefused(
        f"artifact root: {path} is not for this account ({' '.join(str(error).split())}); correct the "
        "connection's credentials, or grant their account roles/storage.objectUser on the bucket."
    )


def _unavailable(path: UPath, error: Exception) -> StorageUnavailable:
    return StorageUnavailable(
        f"artifact root: {path} cannot be reached ({innermost(error) or type(error).__name__}); check that "
        "Cloud Storage or its emulator is up."
    )


@cache
def _connect(address: str) -> None:
    server = urlsplit(address)
    socket.create_connection(
        (server.hostname or "", server.port or PORTS[server.scheme]), timeout=CONNECT_TIMEOUT_S
    ).close()
