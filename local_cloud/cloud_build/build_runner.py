"""Runs one build: its steps in order, in one workspace.

What becomes of a build and of its steps is as in Google's own local builder
(https://github.com/GoogleCloudPlatform/cloud-build-local/blob/master/build/build.go).
"""

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud.cloud_build.build_log import BuildLog, StepLog, step_name
from local_cloud.cloud_build.build_request import timeout_s
from local_cloud.cloud_build.build_store import Build, BuildStore
from local_cloud.cloud_build.statuses import Status
from local_cloud.cloud_build.step_images import NoImage, NotStarted, StepImages, StepProcess
from local_cloud.cloud_logging.log_files import LogFiles
from local_cloud.vertex.container_output import collected
from local_cloud.vertex.errors import HostError
from local_cloud.vertex.states import now

LAST_WORDS = {
    Status.TIMEOUT: "context deadline exceeded",
    Status.CANCELLED: "context canceled",
    Status.INTERNAL_ERROR: "the local Cloud Build ended while the build worked",
}


@dataclass(frozen=True)
class BuildPlace:
    """What every build of a server works with.

    Attributes:
        store: where every change is saved.
        images: what steps run in.
        logs: the log entries of all builds.
        folder: where workspaces are made.
    """

    store: BuildStore
    images: StepImages
    logs: LogFiles
    folder: Path


class StepFailed(Exception):
    """A step did not end well; says which and how."""


class BuildRunner:
    """Takes a build to its end.

    Args:
        build: the build, as it is answered.
        place: what it works with.
    """

    def __init__(self, build: Build, place: BuildPlace) -> None:
        self._build = build
        self._place = place
        self._log = BuildLog(place.logs, build)
        self._lock = threading.Lock()
        self._stopped: Status | None = None
        self._process: StepProcess | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether it was told to end."""
        return self._stopped is not None

    def stop(self, status: Status) -> None:
        """Ends the build with a status, whatever it does; nothing happens to one that was stopped before."""
        with self._lock:
            if self._stopped is not None:
                return
            self._stopped = status
            if self._process is not None:
                self._process.kill()

    def run(self) -> None:
        """Runs the steps and records how the build ended."""
        self._change({"status": Status.WORKING, "startTime": now()})
        self._log.main(f'starting build "{self._build["id"]}"', "FETCHSOURCE", "BUILD")
        timer = threading.Timer(timeout_s(self._build), self.stop, [Status.TIMEOUT])
        timer.daemon = True
        timer.start()
        failure = ""
        try:
            with tempfile.TemporaryDirectory(dir=self._place.folder) as own:
                folder = Path(own, "workspace")
                # Root's alone to write, as in Cloud Build.
                folder.mkdir(mode=0o755)
                for number, step in enumerate(self._build["steps"]):
                    self._run_step(number, step, folder)
        except StepFailed as error:
            failure = str(error)
        except HostError:
            self.stop(Status.INTERNAL_ERROR)
        finally:
            timer.cancel()
        self._end(failure)

    def close(self) -> None:
        """Records the end of a build that was stopped before it ran, or by a server that is gone."""
        self._end("")

    def _run_step(self, number: int, step: Mapping[str, Any], folder: Path) -> None:
        name = step_name(number, self._build["steps"])
        if self._stopped is not None:
            return
        self._log.started(name)
        self._change_step(number, {"status": Status.WORKING})
        try:
            status = self._status_of(number, step, name, folder)
        except NoImage:
            raise StepFailed(_words(number, step, _pull_words(number, step))) from None
        except NotStarted as error:
            self._change_step(number, {"status": Status.FAILURE})
            raise StepFailed(_words(number, step, f"starting step container failed: {error}")) from None
        if self._stopped is not None:
            return
        self._change_step(
            number, {"status": Status.FAILURE if status else Status.SUCCESS, "exitCode": status}
        )
        if status:
            raise StepFailed(_words(number, step, f"step exited with non-zero status: {status}"))

    def _status_of(self, number: int, step: Mapping[str, Any], name: str, folder: Path) -> int:
        log = StepLog(self._log, name, folder)
        process = self._place.images.process(step, folder)
        log.write("", [f"Already have image (with digest): {step['name']}"])
        with self._lock:
            self._process = process
            if self._stopped is not None:
                return 0
        # Its lines are in the log; what would be a page of them goes with the workspace's own folder.
        page = folder.with_name("output.log")
        try:
            with collected(page, log) as output:
                return process.run(output)
        finally:
            self._log.finished(name)

    def _end(self, failure: str) -> None:
        stopped = self._stopped
        if stopped is not None:
            self._log.main(stopped, f"ERROR: {LAST_WORDS[stopped]}")
            detail = {"statusDetail": LAST_WORDS[stopped]} if stopped is Status.INTERNAL_ERROR else {}
            self._change({"status": stopped, "finishTime": now(), **detail})
        elif failure:
            self._log.main("ERROR", f"ERROR: {failure}")
            info = {"type": "USER_BUILD_STEP", "detail": f"Build step failure: {failure}"}
            self._change({"status": Status.FAILURE, "finishTime": now(), "failureInfo": info})
        else:
            self._log.main("PUSH", "DONE")
            self._change({"status": Status.SUCCESS, "finishTime": now()})

    def _change(self, values: Mapping[str, Any]) -> None:
        self._place.store.change(self._build["id"], lambda build: build.update(values))

    def _change_step(self, number: int, values: Mapping[str, Any]) -> None:
        self._place.store.change(self._build["id"], lambda build: build["steps"][number].update(values))


def cancelled(build: Build) -> None:
    """Changes a build to one that was cancelled, with the step that worked."""
    build.update({"status": Status.CANCELLED, "finishTime": now()})
    for step in build["steps"]:
        if step["status"] == Status.WORKING:
            step["status"] = Status.CANCELLED


def _words(number: int, step: Mapping[str, Any], how: str) -> str:
    return f'build step {number} "{step["name"]}" failed: {how}'


def _pull_words(number: int, step: Mapping[str, Any]) -> str:
    return f'error pulling build step {number} "{step["name"]}": generic::not_found: there is no such image'
