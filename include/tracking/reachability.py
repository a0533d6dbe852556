"""Whether an MLflow server answers at all, for whoever only shows links to it."""

from __future__ import annotations

import socket
from enum import StrEnum
from urllib.parse import urlsplit

PATIENCE_S = 2.0
_PORTS = {"http": 80, "https": 443}


class Reachability(StrEnum):
    """`down` is a refusal; who does not answer soon may be slow."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


def reachability(tracking_uri: str) -> Reachability:
    """Return whether the server takes connections; unknown of what is no server, a database for example."""
    server = urlsplit(tracking_uri)
    if server.scheme not in _PORTS or not server.hostname:
        return Reachability.UNKNOWN
    try:
        socket.create_connection(
            (server.hostname, server.port or _PORTS[server.scheme]), timeout=PATIENCE_S
        ).close()
    except ConnectionRefusedError:
        return Reachability.DOWN
    except OSError:
        return Reachability.UNKNOWN
    return Reachability.UP
