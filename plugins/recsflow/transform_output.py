"""Where the Transform of a pipeline job left its output, and why it cannot be used where it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recsflow.jobs import ENDED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recsflow.jobs import Job

TRANSFORM = "Transform"
OUTPUTS = ("transform_graph", "transformed_examples")


def transform_output(job: Job) -> Mapping[str, str]:
    """Return the URI of each of Transform's outputs that a Trainer reads.

    Raises:
        LookupError: The job runs still, its Transform left nothing, or what it left is gone; the words
            follow on 'experiment X, whose'.
    """
    from include import storage

    if job.state not in ENDED:
        raise LookupError(f"pipeline job {job.job_id} is {job.state}, not finished")
    transform = next((each for each in job.components if each.name == TRANSFORM), None)
    if transform is None or not set(OUTPUTS) <= set(transform.outputs):
        state = transform.state if transform else "missing"
        raise LookupError(f"pipeline job {job.job_id} left no transformed rows: its {TRANSFORM} is {state}")
    found = {name: transform.outputs[name] for name in OUTPUTS}
    if gone := [uri for uri in found.values() if not storage.exists(uri)]:
        raise LookupError(f"transformed rows are gone: {gone[0]}")
    return found
