"""What the components of a pipeline job leave."""

from __future__ import annotations

from dataclasses import dataclass

from include.artifacts.artifact import Artifact
from include.experiment.resolve.identity import PIPELINE_JOB_ID


@dataclass(frozen=True)
class PipelineArtifacts(Artifact, path="pipeline_root/{project}/{job_id}", names={"job_id": PIPELINE_JOB_ID}):
    """The folder that the pipeline engine makes for a job, with a folder for each component in it.

    Attributes:
        project: As the engine names it: Vertex AI by its number.
        job_id: The experiment's id, or that with a number behind it.
    """

    project: str
    job_id: str
