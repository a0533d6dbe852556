"""What the Trainer of a pipeline job read, and why it cannot be read again where it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recsflow.jobs import ENDED

if TYPE_CHECKING:
    from recsflow.jobs import Job

# The component before the Trainer, with its outputs under the names that a rerun gives them.
SOURCES = {
    "Transform": {"examples": "transformed_examples", "transform_graph": "transform_graph"},
    "GraphGen": {"examples": "graphs"},
}


def trainer_input(job: Job) -> dict[str, str]:
    """Return the URI of each thing that a Trainer reads: `examples`, and `transform_graph` unless of graphs.

    Raises:
        LookupError: The job runs still, left no examples, or they are gone; says which.
    """
    from include import storage

    if job.state not in ENDED:
        raise LookupError(f"pipeline job {job.job_id} is {job.state}, not finished")
    source = next((each for each in job.components if each.name in SOURCES), None)
    wanted = SOURCES[source.name] if source else {}
    if source is None or not set(wanted.values()) <= set(source.outputs):
        reason = f"its {source.name} is {source.state}" if source else "it did not come so far"
        raise LookupError(f"pipeline job {job.job_id} left no examples: {reason}")
    found = {name: source.outputs[output] for name, output in wanted.items()}
    if gone := [uri for uri in found.values() if not storage.exists(uri)]:
        raise LookupError(f"examples are gone: {gone[0]} does not exist")
    return found
