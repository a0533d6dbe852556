"""A proxy on loopback for clients that reach Cloud Storage by Google's names only, as TensorFlow's does.

They are told of it by `https_proxy`, and ask it to CONNECT (RFC 9110, 9.3.6). For the names of Cloud Storage
it ends TLS with this machine's own certificate and hands the connection to the storage server; whatever else
is asked for is passed on unchanged, through the proxy that this machine had before, if it had one.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import cast
from urllib.parse import SplitResult, urlsplit

from local_cloud.storage.certificates import HOSTS
from local_cloud.storage.pipes import Pipe

HEAD_END = b"\r\n\r\n"
MAX_HEAD_BYTES = 16384
TLS_PORT = 443
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"

type NewProtocol = Callable[[], asyncio.Protocol]
type Target = tuple[str, int]


class ConnectProxy:
    """What all connections share.

    Args:
        new_protocol: makes the HTTP protocol that answers for Cloud Storage on a connection.
        tls: with the certificate for its names.
        upstream: address of the proxy to pass other connections on to, empty for none.
    """

    def __init__(self, new_protocol: NewProtocol, tls: ssl.SSLContext, upstream: str = "") -> None:
        self._new_protocol = new_protocol
        self._tls = tls
        self._upstream: SplitResult | None = urlsplit(upstream) if upstream else None
        self._tasks: set[asyncio.Task[None]] = set()

    def connection(self) -> asyncio.Protocol:
        """Returns the protocol of a new connection."""
        return _Client(self._begin)

    def _begin(self, target: Target, transport: asyncio.Transport) -> None:
        is_ours = target in {(host, TLS_PORT) for host in HOSTS}
        task = asyncio.ensure_future(
            self._answer_here(transport) if is_ours else self._pass_on(target, transport)
        )
        # The loop itself keeps no task alive.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_here(self, transport: asyncio.Transport) -> None:
        waiting = _Waiting()
        transport.set_protocol(waiting)
        transport.write(ESTABLISHED)
        loop = asyncio.get_running_loop()
        try:
            encrypted = await loop.start_tls(transport, waiting, self._tls, server_side=True)
        except (OSError, ssl.SSLError):
            transport.abort()
            return
        if encrypted is None:
            return
        protocol = self._new_protocol()
        encrypted.set_protocol(protocol)
        protocol.connection_made(encrypted)
        # The first request may have come with the end of the handshake.
        if waiting.received:
            protocol.data_received(bytes(waiting.received))

    async def _pass_on(self, target: Target, transport: asyncio.Transport) -> None:
        host, port = target
        loop = asyncio.get_running_loop()
        pipe = Pipe(transport)
        address = (host, port)
        if self._upstream is not None:
            address = (self._upstream.hostname or "", self._upstream.port or 80)
        try:
            server = (await loop.create_connection(lambda: pipe, *address))[0]
        except OSError as error:
            _refuse(
                transport, "502 Bad Gateway", f"{host}:{port} cannot be reached from this machine: {error}"
            )
            return
        transport.set_protocol(Pipe(server))
        if self._upstream is None:
            transport.write(ESTABLISHED)
        else:
            # The other proxy's answer is the client's.
            server.write(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        transport.resume_reading()


class _Client(asyncio.Protocol):
    """A connection until it is known what is asked for."""

    def __init__(self, begin: Callable[[Target, asyncio.Transport], None]) -> None:
        self._begin = begin
        self._head = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._head += data
        if HEAD_END not in self._head and len(self._head) < MAX_HEAD_BYTES:
            return
        target = _target(bytes(self._head))
        if target is None:
            _refuse(self._transport, "405 Method Not Allowed", "This proxy answers CONNECT host:port only.")
            return
        if target[1] != TLS_PORT or target[0] not in HOSTS:
            # Nothing is read until there is somebody to hand it to.
            self._transport.pause_reading()
        self._begin(target, self._transport)


class _Waiting(asyncio.Protocol):
    """Keeps what arrives until the protocol that reads it is there."""

    def __init__(self) -> None:
        self.received = bytearray()

    def data_received(self, data: bytes) -> None:
        self.received += data


def _target(head: bytes) -> Target | None:
    """Returns what a client wants to be connected with; None where it asks for something else."""
    words = head.split(b"\r\n")[0].decode("latin-1").split()
    if len(words) != 3 or words[0] != "CONNECT":
        return None
    host, _, port = words[1].rpartition(":")
    return (host.strip("[]").lower(), int(port)) if host and port.isdecimal() else None


def _refuse(transport: asyncio.Transport, status: str, reason: str) -> None:
    body = f"{reason}\n".encode()
    headers = f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close"
    transport.write(f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body)
    transport.close()
