"""What a build writes, as entries of Cloud Logging.

Lines and their order are those of Google's own local builder
(https://github.com/GoogleCloudPlatform/cloud-build-local/blob/master/build/build.go); entries have the
labels of the resource `build` (https://cloud.google.com/monitoring/api/resources#tag_build), lines as text.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local_cloud.cloud_build.google_cloud_cli import MOUNT
from local_cloud.cloud_logging.log_files import LogFiles, LogWriter

RESOURCE_TYPE = "build"
MAIN = "MAIN"
SEVERITY = "INFO"


def step_name(number: int, steps: Sequence[Mapping[str, Any]]) -> str:
    """Returns what a step's lines begin with; nothing where it is the only one."""
    if len(steps) == 1:
        return ""
    own = steps[number].get("id")
    return f'Step #{number} - "{own}"' if own else f"Step #{number}"


class BuildLog:
    """The log of one build."""

    def __init__(self, logs: LogFiles, build: Mapping[str, Any]) -> None:
        build_id, project = build["id"], build["projectId"]
        self._writer = LogWriter(logs.path(build_id), build_id)
        self._tags = ",".join(build.get("tags", []))
        self._fields = {
            "logName": f"projects/{project}/logs/cloudbuild",
            "resource": {
                "type": RESOURCE_TYPE,
                "labels": {"project_id": project, "build_id": build_id, "build_trigger_id": ""},
            },
            "severity": SEVERITY,
        }

    def main(self, *lines: str) -> None:
        """Appends lines of the build itself."""
        self.append(MAIN, lines)

    def started(self, step: str) -> None:
        """Says that a step begins, where there are several."""
        if step:
            self.main(f"Starting {step}")

    def finished(self, step: str) -> None:
        """Says that a step has ended, where there are several."""
        if step:
            self.main(f"Finished {step}")

    def append(self, step: str, lines: Sequence[str]) -> None:
        """Appends lines of a step, named as `step_name` names it."""
        labels = {"build_step": step, "build_tags": self._tags}
        self._writer.append({**self._fields, "labels": labels, "textPayload": line} for line in lines)


class StepLog:
    """Takes what a step's process writes.

    Args:
        log: Of the build.
        name: Of the step.
        folder: What the step has as its workspace.
    """

    def __init__(self, log: BuildLog, name: str, folder: Path) -> None:
        self._log = log
        self._name = name
        self._folder = str(folder)

    def write(self, _severity: str, lines: list[str]) -> None:
        """Appends lines, of standard output and standard error alike."""
        seen = [line.replace(self._folder, MOUNT) for line in lines]
        self._log.append(self._name, [f"{self._name}: {line}" if self._name else line for line in seen])
