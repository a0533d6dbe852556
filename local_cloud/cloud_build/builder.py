"""Starts builds, cancels them, and closes those that a stopped server left unfinished."""

import logging
import shutil
import threading

from local_cloud.cloud_build.build_runner import BuildPlace, BuildRunner, cancelled
from local_cloud.cloud_build.build_store import Build
from local_cloud.cloud_build.statuses import Status
from local_cloud.vertex.errors import FailedPreconditionError, HostError
from local_cloud.vertex.host_client import HostClient
from local_cloud.vertex.slots import Slots

# Google runs at least ten at once (https://cloud.google.com/build/quotas); the others are queued.
PARALLEL_BUILDS = 2


class Builder:
    """Runs every build in a thread of its own; all share a bound on those that work.

    Args:
        place: what builds work with.
        host: runs the trainer's image.
    """

    def __init__(self, place: BuildPlace, host: HostClient) -> None:
        self._place = place
        self._host = host
        self._slots = Slots(PARALLEL_BUILDS)
        self._runners: dict[str, tuple[BuildRunner, threading.Thread]] = {}
        self._lock = threading.Lock()

    def start(self, build: Build) -> None:
        """Runs a build in the background."""
        runner = BuildRunner(build, self._place)
        thread = threading.Thread(target=self._run, args=(build["id"], runner), daemon=True)
        with self._lock:
            self._runners[build["id"]] = (runner, thread)
        thread.start()

    def cancel(self, build: Build) -> None:
        """Cancels a build, at once: https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds/cancel.

        Raises:
            FailedPreconditionError: It has ended.
        """
        if not self._place.store.change(build["id"], cancelled):
            raise FailedPreconditionError(f"build {build['id']} has ended; cancel only builds that have not.")
        self._stop([build["id"]], Status.CANCELLED)

    def close_unfinished(self) -> None:
        """Ends the builds of a server that is gone, and removes their workspaces."""
        shutil.rmtree(self._place.folder, ignore_errors=True)
        self._place.folder.mkdir(parents=True)
        for build in self._place.store.unfinished():
            runner = BuildRunner(build, self._place)
            runner.stop(Status.INTERNAL_ERROR)
            runner.close()

    def stop(self) -> None:
        """Tells all builds to end."""
        with self._lock:
            names = list(self._runners)
        self._stop(names, Status.INTERNAL_ERROR)

    def join(self) -> None:
        """Waits until they have; those that wait for the component host are let go when that is closed."""
        with self._lock:
            threads = [thread for _, thread in self._runners.values()]
        for thread in threads:
            thread.join()

    def _stop(self, names: list[str], status: Status) -> None:
        with self._lock:
            runners = [self._runners[name][0] for name in names if name in self._runners]
        for runner in runners:
            runner.stop(status)
        self._slots.look_again()

    def _run(self, build_id: str, runner: BuildRunner) -> None:
        try:
            with self._slots.taken(lambda: runner.is_stopped) as is_free:
                if is_free:
                    # Until the trainer's image is there, a build is queued.
                    self._host.wait_until_ready()
                if runner.is_stopped:
                    runner.close()
                else:
                    runner.run()
        except Exception as error:
            # Without this the build would look as if it worked for ever.
            if not isinstance(error, HostError):
                logging.getLogger(__name__).exception("Build %s could not be run", build_id)
            runner.stop(Status.INTERNAL_ERROR)
            runner.close()
        finally:
            with self._lock:
                self._runners.pop(build_id, None)
