"""Pushes the champion of a schedule to where it is served, once, however often the task runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recsflow.extensions.links import ServedModelLink
from recsflow.operators.vertex_job import SubmitVertexJob

if TYPE_CHECKING:
    from airflow.sdk import Context

    from recsflow.settings import Settings
    from recsflow.submission.push import PushSubmission


class PushModel(SubmitVertexJob):
    """Uploads the champion to the Model Registry, and begins to deploy it to the endpoint, if there is one.

    It is the champion at that moment, so that a person who moves the alias in MLflow and clears this task has
    that version served.

    Returns:
        `model_id` and `version` in the Model Registry; `endpoint_id`, empty without an endpoint; `job_id` of
        the deployment, empty where there is nothing to wait for.
    """

    operator_extra_links = (ServedModelLink(),)

    def submission(self, context: Context, settings: Settings) -> PushSubmission:
        """Return what uploads the champion and begins to deploy it."""
        from recsflow.submission.push import PushSubmission

        return PushSubmission(task_id=self.task_id, context=context, settings=settings)
