"""The stand-in for Cloud Logging on loopback, with logs that a test writes."""

import socket
import threading
import time
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from local_cloud.cloud_logging.api import LoggingApi
from local_cloud.cloud_logging.log_files import LogFiles
from local_cloud.vertex.error_answers import answer_error
from local_cloud.vertex.errors import ApiError


class LogServer:
    """A server of log entries.

    Args:
        folder: Where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.logs = LogFiles(folder)
        app = Starlette(routes=LoggingApi(self.logs).routes(), exception_handlers={ApiError: answer_error})
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def write(self, job_id: str, severity: str, *lines: str) -> None:
        self.logs.writer("local", job_id, "workerpool0-0").write(severity, list(lines))

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
