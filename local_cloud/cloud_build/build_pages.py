"""The page of a build's log, to which its `logUrl` leads."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local_cloud.cloud_logging.log_files import LogFiles
from local_cloud.vertex.errors import NotFoundError


class BuildPages:
    """Logs of builds for people.

    Args:
        logs: what was written.
    """

    def __init__(self, logs: LogFiles) -> None:
        self._logs = logs

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        return [Route("/console/builds/{build}", self.log)]

    def log(self, request: Request) -> Response:
        """Shows what a build has written."""
        lines = [
            str(entry.get("textPayload", "")) for entry in self._logs.entries(request.path_params["build"])
        ]
        if not lines:
            raise NotFoundError(f"{request.url.path}: no log; the build does not exist or has not begun.")
        return PlainTextResponse("\n".join([*lines, ""]))
