"""The edge of the cloud: an API of jobs on loopback, answering what a test tells it to."""

import json
import re
from urllib.parse import parse_qs, urlparse

from local_cloud.vertex import listing
from tests.plugins.json_handler import JsonHandler
from tests.plugins.loopback_server import LoopbackServer

PATH = re.compile(r"/v1/projects/[^/]+/locations/[^/]+/\w+Jobs(/(?P<job>[^:?]+))?(?P<cancel>:cancel)?")
LOGGED_JOB = re.compile(r'resource.labels.job_id="(?P<job>[^"]*)"')
EXECUTION = re.compile(r"/v1/(?P<name>projects/.+/metadataStores/default/executions/[^/?]+)")


class JobsServer(LoopbackServer):
    """Keeps jobs as their JSON messages; `jobs[id]["state"]` is the test's to change.

    Args:
        collection: `pipelineJobs`, or `customJobs`, whose ids it chooses itself: 1, 2, 3 ...

    Attributes:
        jobs: Message by job id.
        created: Ids in the order of their creation.
        cancelled: Ids whose cancellation was asked for.
        asked: Path of each request that was posted.
        outage: How many of the next requests are answered with 503.
        throttled: How many of the next requests are answered with 429.
        read: Id in each request that reads a job, empty of one that lists them.
        listed: Query of each request that lists jobs.
        refusal: Status, code and message of the error that answers every creation, if set.
        unreadable: Whether all reading is answered with 403.
        deleted: Ids of jobs and names of executions that were deleted, in this order.
        executions: Names of the executions in Vertex ML Metadata.
        undeletable: Ids of the jobs whose deletion is not allowed.
        logs: Lines of standard error by custom job, the oldest first.
        log_refusal: Status, code and message of the error that answers whoever reads them, if set.
        log_filters: What was asked for of them.
    """

    def __init__(self, collection="pipelineJobs"):
        self.collection = collection
        self.state_prefix = "PIPELINE_STATE_" if collection == "pipelineJobs" else "JOB_STATE_"
        self.jobs = {}
        self.created = []
        self.cancelled = []
        self.asked = []
        self.outage = 0
        self.throttled = 0
        self.read = []
        self.listed = []
        self.refusal = None
        self.unreadable = False
        self.deleted = []
        self.executions = set()
        self.undeletable = set()
        self.logs = {}
        self.log_refusal = None
        self.log_filters = []
        super().__init__()

    def add(self, job_id, state, **message):
        name = f"projects/local/locations/us-central1/{self.collection}/{job_id}"
        # Milliseconds grow with each job, so that the newest is known.
        created = f"2026-01-01T00:00:00.{len(self.jobs):03}Z"
        self.jobs[job_id] = {"name": name, "state": "", "createTime": created, **message}
        self.set_state(job_id, state)

    def set_state(self, job_id, state):
        self.jobs[job_id]["state"] = f"{self.state_prefix}{state}"

    def create(self, job_id, message):
        if self.refusal:
            status, code, message = self.refusal
            return status, _error(code, message)
        if job_id in self.jobs:
            return 409, _error("ALREADY_EXISTS", "exists")
        self.created.append(job_id)
        self.add(job_id, "PENDING", **{key: message[key] for key in message if key not in {"name", "state"}})
        return 200, self.jobs[job_id]

    def get(self, job_id):
        return (200, self.jobs[job_id]) if job_id in self.jobs else (404, _error("NOT_FOUND", "no such job"))

    def rounds(self):
        """How often the list of the jobs that have not ended was begun."""
        return sum("state!=" in query["filter"] and "pageToken" not in query for query in self.listed)

    def list(self, query):
        self.listed.append(query)
        found = listing.select(list(self.jobs.values()), query.get("filter", ""))
        page, token = listing.page(found, query.get("pageSize", ""), query.get("pageToken", ""))
        # As on Vertex AI: the details of a run are not in the list view.
        shown = [{key: job[key] for key in job if key != "jobDetail"} for job in page]
        masked = [listing.mask(job, query.get("readMask", "")) for job in shown]
        return 200, {self.collection: masked, "nextPageToken": token}

    def delete(self, path):
        execution, job = EXECUTION.match(path), PATH.match(path)
        name = execution["name"] if execution else job["job"]
        if name in self.undeletable:
            return 403, _error("PERMISSION_DENIED", "not yours")
        if name not in self.executions | self.jobs.keys():
            return 404, _error("NOT_FOUND", "no such thing")
        self.executions.discard(name)
        self.jobs.pop(name, None)
        self.deleted.append(name)
        return 200, {"name": "projects/local/operations/1", "done": True, "response": EMPTY}

    def post(self, path, job_id, body):
        if path.startswith("/v2/entries:list"):
            return self.log_entries(body)
        self.asked.append(path)
        match = PATH.match(path)
        return self.cancel(match["job"]) if match["cancel"] else self.create(job_id, body)

    def log_entries(self, asked):
        self.log_filters.append(asked["filter"])
        if self.log_refusal:
            status, code, message = self.log_refusal
            return status, _error(code, message)
        lines = self.logs.get(LOGGED_JOB.search(asked["filter"])["job"], [])
        return 200, {
            "entries": [
                {
                    "logName": "projects/local/logs/workerpool0-0",
                    "timestamp": f"2026-01-01T00:00:00.{number:06}Z",
                    "severity": "ERROR",
                    "jsonPayload": {"message": line},
                }
                for number, line in reversed(list(enumerate(lines)))
            ]
        }

    def cancel(self, job_id):
        self.cancelled.append(job_id)
        return (200, {}) if job_id in self.jobs else (404, _error("NOT_FOUND", "no such job"))

    def away(self):
        if self.throttled > 0:
            self.throttled -= 1
            return 429, _error("RESOURCE_EXHAUSTED", "Quota exceeded")
        self.outage -= 1
        return (503, _error("UNAVAILABLE", "down for a moment")) if self.outage >= 0 else None

    def _handler(self):
        server = self

        class Handler(JsonHandler):
            def do_GET(self):
                job_id = PATH.match(self.path)["job"]
                server.read.append(job_id or "")
                if server.unreadable:
                    return self._answer(403, _error("PERMISSION_DENIED", "not yours"))
                query = {name: values[0] for name, values in self._query().items()}
                return self._answer(*server.away() or (server.get(job_id) if job_id else server.list(query)))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
                job_id = self._query().get("pipelineJobId", [str(len(server.jobs) + 1)])[0]
                self._answer(*server.away() or server.post(self.path, job_id, body))

            def do_DELETE(self):
                self._answer(*server.away() or server.delete(self.path))

            def _query(self):
                return parse_qs(urlparse(self.path).query)

        return Handler


EMPTY = {"@type": "type.googleapis.com/google.protobuf.Empty"}


def _error(status, message):
    return {"error": {"code": 0, "status": status, "message": message}}
