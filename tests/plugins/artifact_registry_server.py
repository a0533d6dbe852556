"""The edge of the cloud: tags of Artifact Registry on loopback."""

from urllib.parse import unquote

from tests.plugins.json_handler import JsonHandler
from tests.plugins.loopback_server import LoopbackServer


class ArtifactRegistryServer(LoopbackServer):
    """Knows which version each tag names.

    Attributes:
        digests: Digest by the tag's resource name.
        failure: A status that answers everything, if set.
    """

    def __init__(self):
        self.digests = {}
        self.failure = None
        super().__init__()

    def answer(self, path):
        name = path.removeprefix("/v1/")
        if self.failure:
            return self.failure, {"error": {"code": self.failure, "message": "try again"}}
        if name not in self.digests:
            message = f'Requested entity "{unquote(name)}" was not found.'
            return 404, {"error": {"code": 404, "message": message, "status": "NOT_FOUND"}}
        package = name.partition("/tags/")[0]
        return 200, {"name": name, "version": f"{package}/versions/{self.digests[name]}"}

    def _handler(self):
        server = self

        class Handler(JsonHandler):
            def do_GET(self):
                self._answer(*server.answer(self.path))

        return Handler
