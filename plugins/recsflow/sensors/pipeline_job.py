"""Waits for a pipeline job."""

from __future__ import annotations

from recsflow.extensions.links import PipelineJobLink
from recsflow.sensors.vertex_job import VertexJobSensor
from recsflow.vertex.job_kinds import JobKind


class PipelineJobSensor(VertexJobSensor):
    """Waits for what `SubmitPipelineJob` started."""

    kind = JobKind.PIPELINE
    operator_extra_links = (PipelineJobLink(),)
