"""The edge of the cloud: Cloud Build's builds on loopback, ending as a test tells them to."""

import json
import re
from urllib.parse import parse_qs, urlsplit

from tests.plugins.json_handler import JsonHandler
from tests.plugins.loopback_server import LoopbackServer

METADATA = "type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata"
LOG = "https://console.cloud.google.com/cloud-build/builds;region=europe-west1/build-1?project=7"
BUILD = re.compile(r"/v1/projects/.+/builds/(?P<id>[^/:?]+)(?P<cancel>:cancel)?")
COMPILE_STEP = 2


class CloudBuildServer(LoopbackServer):
    """Takes builds; each is still working at the first look and has ended at the second.

    Attributes:
        builds: Parent and message of each build, in the order of their creation.
        on_success: Called with the build when it ends well; does what its steps would have done.
        lines: What the compiler writes, if it fails; its build's log has them as Cloud Build writes them.
        late: How many of the next readers of the log find nothing yet.
        refusal: Message of a 403 that answers every creation, if set.
        is_late: Whether they take longer than they may, with what `lines` has.
        endless: Whether builds go on working for ever.
        live: Tags of a build that works when it is asked for builds, if there is one.
        cancelled: Ids of the builds whose cancellation was asked for.
    """

    def __init__(self, on_success):
        self.builds = []
        self.on_success = on_success
        self.lines = []
        self.late = 0
        self.refusal = None
        self.is_late = False
        self.endless = False
        self.live = None
        self.cancelled = []
        self._looks = 0
        super().__init__()

    def create(self, parent, build):
        if self.refusal:
            return 403, {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": self.refusal}}
        self.builds.append((parent, build))
        build = self._build("QUEUED")
        return 200, {"name": "operations/build/local/1", "metadata": {"@type": METADATA, "build": build}}

    def look(self):
        self._looks += 1
        if self.cancelled:
            return 200, self._build("CANCELLED")
        if self._looks == 1 or self.endless:
            return 200, self._build("WORKING")
        if self.is_late:
            return 200, self._build("TIMEOUT")
        if self.lines:
            steps = [
                {"status": "SUCCESS"},
                {"status": "SUCCESS"},
                {"status": "FAILURE"},
                {"status": "QUEUED"},
            ]
            detail = 'Build step failure: build step 2 "trainer" failed: step exited with non-zero status: 1'
            failed = {"failureInfo": {"type": "USER_BUILD_STEP", "detail": detail}, "steps": steps}
            return 200, {**self._build("FAILURE"), **failed}
        self.on_success(self.builds[-1][1])
        return 200, self._build("SUCCESS")

    def found(self, query):
        tag = query["filter"][0].removeprefix('tags="').removesuffix('"')
        ended = {**self._build("SUCCESS"), "id": "build-0", "tags": [tag]}
        works = {**self._build("WORKING"), "tags": self.live} if tag in (self.live or ()) else None
        return 200, {"builds": [*filter(None, [works]), ended]}

    def cancel(self, build_id):
        self.cancelled.append(build_id)
        return 200, self._build("CANCELLED")

    def log_entries(self, asked):
        if 'resource.type="build" AND resource.labels.build_id="build-1"' not in asked["filter"]:
            return 400, {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": asked["filter"]}}
        self.late -= 1
        if self.late >= 0:
            return 200, {}
        lines = [
            'starting build "build-1"',
            "Step #0: Copying gs://…/topology.json to file:///workspace/topology.json",
            *(f"Step #{COMPILE_STEP}: {line}" for line in self.lines),
            *self._last_words(),
        ]
        return 200, {"entries": [_entry(number, line) for number, line in reversed(list(enumerate(lines)))]}

    def _last_words(self):
        if self.is_late:
            return "TIMEOUT", "ERROR: context deadline exceeded"
        return "ERROR", 'ERROR: build step 2 "trainer" failed: step exited with non-zero status: 1'

    def _build(self, status):
        return {"id": "build-1", "status": status, "logUrl": LOG, "createTime": "2026-01-01T00:00:00Z"}

    def _handler(self):
        server = self

        class Handler(JsonHandler):
            def do_GET(self):
                path, _, query = self.path.partition("?")
                self._answer(*(server.found(parse_qs(query)) if path.endswith("/builds") else server.look()))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
                match = BUILD.match(self.path)
                if self.path.startswith("/v2/entries:list"):
                    self._answer(*server.log_entries(body))
                elif match and match["cancel"]:
                    self._answer(*server.cancel(match["id"]))
                else:
                    parent = parse_qs(urlsplit(self.path).query)["parent"][0]
                    self._answer(*server.create(parent, body))

        return Handler


def _entry(number, line):
    return {
        "logName": "projects/local/logs/cloudbuild",
        "resource": {"type": "build", "labels": {"build_id": "build-1", "project_id": "local"}},
        "timestamp": f"2026-01-01T00:00:00.{number:06}Z",
        "severity": "INFO",
        "textPayload": line,
    }
