"""Builds as the product asks for them, by Google's own client over REST."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import psutil
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.devtools.cloudbuild_v1 import Build, CloudBuildClient

from include.process_activity import wait_until
from local_cloud.settings import LocalSettings

CLOUD_CLI = "gcr.io/google.com/cloudsdktool/google-cloud-cli:slim"
MODULE = "recsflow_trainer.pipeline.compile"
ARGUMENTS = ["--topology", "/workspace/topology.json", "--output", "/workspace/spec.json"]
LOCATION = "europe-west1"
BUCKET = "recsflow-test"
NUMBERS = count()


class Builds:
    """Builds of one test in a place of its own.

    Args:
        server: That runs them.
        storage: Where their topologies are, and their specs go.
    """

    def __init__(self, server: Any, storage: Any) -> None:
        self.server = server
        self.storage = storage
        self.name = f"build-{next(NUMBERS)}"
        (server.folder / self.name).mkdir()
        self.client = CloudBuildClient(
            credentials=AnonymousCredentials(),
            transport="rest",
            client_options=ClientOptions(api_endpoint=server.url),
        )

    def put(self, topology: dict[str, object]) -> None:
        self.storage.put(f"{self.name}/topology.json", json.dumps(topology).encode())

    def steps(self) -> list[dict[str, Any]]:
        """Fetch, open the workspace, compile, store."""
        folder = f"gs://{BUCKET}/{self.name}"
        image = LocalSettings(self.server.home).trainer_image
        return [
            _gcloud("cp", f"{folder}/topology.json", "/workspace/topology.json"),
            {"name": CLOUD_CLI, "entrypoint": "chmod", "args": ["a+rwx", "/workspace"]},
            {"name": image, "entrypoint": "python", "args": ["-m", MODULE, *ARGUMENTS]},
            _gcloud("cp", "/workspace/spec.json", f"{folder}/spec.json"),
        ]

    def start(self, location: str = LOCATION, **changes: Any) -> str:
        build = {"steps": self.steps(), "options": {"logging": "CLOUD_LOGGING_ONLY"}, **changes}
        request = {"parent": f"projects/local/locations/{location}", "project_id": "local", "build": build}
        return self.client.create_build(request=request).metadata.build.id

    def get(self, build_id: str, location: str = LOCATION) -> Build:
        return self.client.get_build(request=self._named(build_id, location))

    def cancel(self, build_id: str) -> Build:
        return self.client.cancel_build(request=self._named(build_id, LOCATION))

    def listed(self, text: str, location: str = LOCATION, **options: Any) -> list[str]:
        parent = f"projects/local/locations/{location}"
        request = {"parent": parent, "project_id": "local", "filter": text, **options}
        return [build.id for build in self.client.list_builds(request=request)]

    def wait(self, build_id: str) -> Build:
        """Waits for the end of a build."""

        def has_ended() -> bool:
            return self.get(build_id).status.name not in ("QUEUED", "WORKING")

        wait_until(has_ended, self.server.activity, what=f"build {build_id} goes on")
        return self.get(build_id)

    def run(self, **changes: Any) -> Build:
        return self.wait(self.start(**changes))

    def begin(self, **changes: Any) -> str:
        """Starts a build whose compiler waits for ever."""
        self.put({"wait": str(self.server.folder / self.name)})
        return self.start(**changes)

    def compiler(self) -> list[psutil.Process]:
        """Waits until that compiler waits; returns it and its child in another session."""
        found: list[psutil.Process] = self.server.pids(self.name)
        return found

    def spec(self) -> Any:
        answer = self.storage.call(
            "GET", f"/download/storage/v1/b/{BUCKET}/o/{self.name}%2Fspec.json?alt=media"
        )
        return answer.json if answer.status == 200 else None

    def log(self, build_id: str) -> list[str]:
        condition = f'resource.type="build" AND resource.labels.build_id="{build_id}"'
        asked = {"resourceNames": ["projects/local"], "filter": condition, "orderBy": "timestamp asc"}
        entries = self.server.call("POST", "/v2/entries:list", asked)["entries"]
        return [entry["textPayload"] for entry in entries]

    def _named(self, build_id: str, location: str) -> dict[str, str]:
        name = f"projects/local/locations/{location}/builds/{build_id}"
        return {"name": name, "project_id": "local", "id": build_id}


def _gcloud(*arguments: str) -> dict[str, Any]:
    return {"name": CLOUD_CLI, "args": ["gcloud", "storage", *arguments]}


def statuses(build: Build) -> list[tuple[str, int]]:
    """Status and exit code of each step."""
    return [(step.status.name, step.exit_code) for step in build.steps]
