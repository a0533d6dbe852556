"""The edge of the cloud: Cloud Build's builds on loopback, ending as a test tells them to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

METADATA = "type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata"
BUILD = "type.googleapis.com/google.devtools.cloudbuild.v1.Build"
LOG = "https://console.cloud.google.com/cloud-build/builds;region=europe-west1/build-1?project=7"


class CloudBuildServer:
    """Takes builds; each is still working at the first look and has ended at the second.

    Attributes:
        builds: Parent and message of each build, in the order of their creation.
        on_success: Called with the build when it ends well; does what its steps would have done.
        failure: Why builds fail, if they do.
        refusal: Message of a 403 that answers every creation, if set.
        endless: Whether builds go on working for ever.
    """

    def __init__(self, on_success):
        self.builds = []
        self.on_success = on_success
        self.failure = None
        self.refusal = None
        self.endless = False
        self._looks = 0
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self):
        self._http.shutdown()
        self._http.server_close()

    def create(self, parent, build):
        if self.refusal:
            return 403, {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": self.refusal}}
        self.builds.append((parent, build))
        return 200, self._operation("WORKING")

    def look(self):
        self._looks += 1
        if self._looks == 1 or self.endless:
            return 200, self._operation("WORKING")
        if self.failure:
            # Cloud Build's own code for a step that ended with another status than 0.
            return 200, {
                **self._operation("FAILURE"),
                "done": True,
                "error": {"code": 9, "message": self.failure},
            }
        self.on_success(self.builds[-1][1])
        return 200, {
            **self._operation("SUCCESS"),
            "done": True,
            "response": {"@type": BUILD, "id": "build-1"},
        }

    def _operation(self, status):
        build = {"id": "build-1", "status": status, "logUrl": LOG}
        return {"name": "operations/build/local/1", "metadata": {"@type": METADATA, "build": build}}

    def _handler(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self._answer(*server.look())

            def do_POST(self):
                build = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                parent = parse_qs(urlsplit(self.path).query)["parent"][0]
                self._answer(*server.create(parent, build))

            def _answer(self, status, message):
                data = json.dumps(message).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        return Handler
