"""What the components of a pipeline job left, for a job of its own, and why they cannot be read where so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from include import storage
from recsflow.handovers import TrainerInputs
from recsflow.vertex.jobs import ENDED
from recsflow.vertex.requests.pipeline import HISTORY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recsflow.vertex.jobs import Job
    from recsflow.vertex.messages.pipeline_job import Submission

Sources: TypeAlias = "Mapping[str, Mapping[str, str]]"

# Components by name, with their outputs under the names that the reader gives them.
BEFORE_THE_TRAINER: Sources = {
    "Transform": {"examples": "transformed_examples", "transform_graph": "transform_graph"},
    "GraphGen": {"examples": "graphs"},
}
RAW: Sources = {
    "ExampleGen": {"examples": "examples"},
    "GraphGen": {"examples": "graphs"},
}


def trainer_input(submission: Submission, *, sampled: bool) -> TrainerInputs:
    """Return the URI of each thing that a Trainer reads.

    Args:
        submission: The job with its parameters.
        sampled: Whether its rows are a sample.

    Raises:
        LookupError: The job runs still, left no examples, or they are gone, or the rows of a sample were
            never exported; says which.
    """
    outputs = _outputs(submission.job, BEFORE_THE_TRAINER)
    inputs = TrainerInputs(examples=outputs["examples"])
    if "transform_graph" in outputs:
        inputs["transform_graph"] = outputs["transform_graph"]
    if history_uri := _history(submission, sampled=sampled):
        inputs["history_uri"] = history_uri
    return inputs


def _history(submission: Submission, *, sampled: bool) -> str:
    """Return where the rows are that a job's sample left out; empty where there are none."""
    config = json.loads(submission.parameters["trainer_config"])
    if sampled and HISTORY not in config:
        raise LookupError(
            "rows were sampled by another version of recsflow, which kept nothing of what customers had "
            "bought outside the sample"
        )
    if not (history := config.get(HISTORY)):
        return ""
    uri = str(history["uri"])
    if not storage.exists(uri):
        raise LookupError(f"rows outside the sample are gone: {uri} does not exist")
    return uri


def raw_examples(job: Job) -> str:
    """Return the URI of the rows as they came from the warehouse, or of the graphs made of them.

    Raises:
        LookupError: The job runs still, left no examples, or they are gone; says which.
    """
    return _outputs(job, RAW)["examples"]


def _outputs(job: Job, sources: Sources) -> dict[str, str]:
    if job.state not in ENDED:
        raise LookupError(f"pipeline job {job.job_id} is {job.state}, not finished")
    source = next((each for each in job.components if each.name in sources), None)
    wanted = sources[source.name] if source else {}
    if source is None or not set(wanted.values()) <= set(source.outputs):
        reason = f"its {source.name} is {source.state}" if source else "it did not come so far"
        raise LookupError(f"pipeline job {job.job_id} left no examples: {reason}")
    found = {name: source.outputs[output] for name, output in wanted.items()}
    if gone := [uri for uri in found.values() if not storage.exists(uri)]:
        raise LookupError(f"examples are gone: {gone[0]} does not exist")
    return found
