"""Waits until a pushed champion is served, and ends what it replaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from recsflow.extensions.links import ServedModelLink
from recsflow.log import say
from recsflow.sensors.vertex_job import VertexJobSensor
from recsflow.vertex.job_kinds import JobKind

if TYPE_CHECKING:
    from airflow.sdk import Context

    from recsflow.vertex.hooks.endpoints import EndpointsHook


class PushSensor(VertexJobSensor):
    """Waits for what `PushModel` began; then versions without traffic are undeployed, as machines are paid.

    Only versions of the schedule's own model are. Without an endpoint there is nothing to wait for.
    """

    kind = JobKind.DEPLOYMENT
    operator_extra_links = (ServedModelLink(),)

    def execute(self, context: Context) -> Any:
        """Wait for the deployment, if there is one."""
        if self.job["job_id"]:
            return super().execute(context)
        self._publish(context)
        self._undeploy_replaced()
        return None

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
        from recsflow.settings import load_settings

        if self.job["job_id"]:
            return super()._publish(context)
        settings, endpoint_id = load_settings(), self.job["endpoint_id"]
        address = (
            settings.endpoint_link(endpoint_id) if endpoint_id else settings.model_link(self.job["model_id"])
        )
        ServedModelLink.publish(context, address)
        return address

    def _undeploy_replaced(self) -> None:
        from recsflow.settings import load_settings

        endpoint_id = self.job["endpoint_id"]
        if not endpoint_id:
            say(self.task_id, "uploaded only, since the schedule names no endpoint")
            return
        settings = load_settings()
        where = {"gcp_conn_id": settings.gcp_conn_id, "project": settings.project}
        hook = cast("EndpointsHook", self.kind.hook(**where, location=settings.location))
        if under_way := hook.under_way(endpoint_id):
            # A version that is being deployed has no traffic yet; whoever waits for it undeploys the rest.
            say(self.task_id, f"{under_way} is under way; what it replaces is left to it")
            return
        for each in hook.deployments(endpoint_id, self.job["model_id"]):
            if not each.traffic_percent:
                hook.undeploy(endpoint_id, each)
                say(self.task_id, f"version {each.version} undeployed, it had no traffic any more")
