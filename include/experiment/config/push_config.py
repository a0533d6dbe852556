"""Where a champion is served; cheap to import, since DAG files do."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from include.experiment.config.base import Frozen

_ENDPOINT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,127}")
_MACHINE_TYPE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+){1,3}")


def _endpoint(value: str) -> str:
    if not _ENDPOINT.fullmatch(value):
        raise ValueError("begin with a letter and use up to 128 letters, digits, hyphens and underscores")
    return value


def _machine_type(value: str) -> str:
    if not _MACHINE_TYPE.fullmatch(value):
        raise ValueError("name a machine type of Compute Engine, such as n1-standard-4")
    return value


class PushConfig(Frozen):
    """The part of a schedule that says where its champion goes.

    Attributes:
        endpoint: Display name of a Vertex AI endpoint, made on first use; without it, a champion is uploaded
            to the Model Registry and served by nobody.
        machine_type: What one replica runs on.
        min_replicas: Replicas that always run, and are always paid.
        max_replicas: Most replicas under load; as many as `min_replicas` where absent.
    """

    endpoint: Annotated[str, AfterValidator(_endpoint)] | None = None
    machine_type: Annotated[str, AfterValidator(_machine_type)] = "n1-standard-4"
    min_replicas: int = Field(default=1, ge=1)
    max_replicas: int | None = Field(default=None, ge=1)

    @property
    def most_replicas(self) -> int:
        """Most replicas under load."""
        return self.max_replicas or self.min_replicas
