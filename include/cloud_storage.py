"""Whether Cloud Storage, or what stands for it, is there to be asked.

gcsfs tries a refused connection again for a minute and more; whoever waits wants a sentence first.
"""

from __future__ import annotations

import socket
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from include.errors import RecsflowError

if TYPE_CHECKING:
    from upath import UPath

CONNECT_TIMEOUT_S = 30
PORTS = {"https": 443, "http": 80}


class StorageUnavailable(RecsflowError):
    """Cloud Storage cannot be reached; a later try may help."""


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


@cache
def _connect(address: str) -> None:
    server = urlsplit(address)
    socket.create_connection(
        (server.hostname or "", server.port or PORTS[server.scheme]), timeout=CONNECT_TIMEOUT_S
    ).close()
