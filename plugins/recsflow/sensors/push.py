"""Waits until a pushed champion is served, and ends what it replaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recsflow.extensions.links import ServedModelLink
from recsflow.extensions.telling import says_why
from recsflow.sensors.vertex_job import VertexJobSensor
from recsflow.settings import load_settings
from recsflow.vertex.job_kinds import DEPLOYMENTS

if TYPE_CHECKING:
    from airflow.sdk import Context


class PushSensor(VertexJobSensor):
    """Waits for what `PushModel` began; then versions without traffic are undeployed, as machines are paid.

    Only versions of the schedule's own model are. Without an endpoint there is nothing to wait for.
    """

    kind = DEPLOYMENTS
    operator_extra_links = (ServedModelLink(),)

    @says_why
    def execute(self, context: Context) -> Any:
        """Wait for the deployment, if there is one."""
        if self.job["job_id"]:
            return super().execute(context)
        self._publish(context)
        self._undeploy_replaced()
        return None

    @says_why
    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Judge how the deployment ended, and end what it replaces."""
        ended = super().execute_complete(context, event)
        self._undeploy_replaced()
        return ended

    def on_kill(self) -> None:
        """Cancel the deployment, if there is one, when a user stops the task while it runs on a worker."""
        if self.job["job_id"]:
            super().on_kill()

    def _publish(self, context: Context) -> str:
        if self.job["job_id"]:
            return super()._publish(context)
        settings, endpoint_id = load_settings(), self.job["endpoint_id"]
        address = (
            settings.endpoint_link(endpoint_id) if endpoint_id else settings.model_link(self.job["model_id"])
        )
        ServedModelLink.publish(context, address)
        return address

    def _undeploy_replaced(self) -> None:
        from recsflow.submission.push import undeploy_replaced

        undeploy_replaced(self.job, self.task_id, load_settings())
