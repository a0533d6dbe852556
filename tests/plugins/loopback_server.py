"""What servers that stand at the cloud's edge have in common."""

import threading
from http.server import ThreadingHTTPServer


class LoopbackServer:
    """A server on a free port of loopback, which answers until it is closed.

    A subclass has `_handler`, which returns the class that answers requests.

    Attributes:
        url: Where it listens.
    """

    def __init__(self):
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self):
        self._http.shutdown()
        self._http.server_close()
