"""A job with its arguments, for whoever asks what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recsflow.vertex.jobs import Job


@dataclass(frozen=True)
class SubmittedJob:
    """A job of ours.

    Attributes:
        experiment_id: The experiment that it belongs to.
        arguments: Values of its parameters, or arguments of its command.
        pipeline: Name of the compiled pipeline, empty of a custom job; pipelines of one name share results.
        executions: Resource names by which the engine finds the results of its components again.
    """

    job: Job
    experiment_id: str
    arguments: tuple[str, ...]
    pipeline: str = ""
    executions: tuple[str, ...] = ()
