"""What a build has become: Build.Status, https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds."""

from enum import StrEnum


class Status(StrEnum):
    """Of a build, or of a step."""

    QUEUED = "QUEUED"
    WORKING = "WORKING"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    TIMEOUT = "TIMEOUT"
    CANCELLED = "CANCELLED"

    @property
    def is_final(self) -> bool:
        """Whether it will never change again."""
        return self not in (Status.QUEUED, Status.WORKING)
