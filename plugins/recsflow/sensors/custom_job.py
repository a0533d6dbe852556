"""Waits for a custom job."""

from __future__ import annotations

from recsflow.extensions.links import CustomJobLink
from recsflow.sensors.vertex_job import VertexJobSensor
from recsflow.vertex.job_kinds import CUSTOM_JOBS


class CustomJobSensor(VertexJobSensor):
    """Waits for what `SubmitTrainer` or `SubmitScoring` started."""

    kind = CUSTOM_JOBS
    operator_extra_links = (CustomJobLink(),)
