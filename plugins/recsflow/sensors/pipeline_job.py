"""Waits for a pipeline job."""

from __future__ import annotations

from recsflow.extensions.links import PipelineJobLink
from recsflow.sensors.vertex_job import VertexJobSensor
from recsflow.vertex.job_kinds import PIPELINE_JOBS


class PipelineJobSensor(VertexJobSensor):
    """Waits for what `SubmitPipelineJob` started."""

    kind = PIPELINE_JOBS
    operator_extra_links = (PipelineJobLink(),)
