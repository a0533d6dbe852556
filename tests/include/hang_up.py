"""A server that is as good as down, and counts how often it is asked nevertheless."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass
class HangUp:
    """What hangs up on everyone.

    Attributes:
        address: Where it listens.
        calls: How many connections there were.
    """

    address: str
    calls: int = 0


@contextlib.contextmanager
def hanging_up() -> Iterator[HangUp]:
    """Hang up on whoever connects, for as long as the block takes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = HangUp("{}:{}".format(*listener.getsockname()))

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    server.calls += 1
                    connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server
        # A call that waits in accept hears nothing of a socket that is only closed.
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
