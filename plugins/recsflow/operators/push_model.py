"""Pushes the champion of a schedule to where it is served, once, however often the task runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from recsflow.extensions.links import ServedModelLink
from recsflow.log import say
from recsflow.operators.vertex_job import SubmitVertexJob
from recsflow.vertex.job_kinds import JobKind

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.promotion.push_config import PushConfig
    from include.tracking.champions import RegisteredChampion
    from recsflow.settings import Settings
    from recsflow.vertex.hooks.endpoints import EndpointsHook
    from recsflow.vertex.requests.model_upload import ModelUpload


class PushModel(SubmitVertexJob):
    """Uploads the champion to the Model Registry, and begins to deploy it to the endpoint, if there is one.

    It is the champion at that moment, so that a person who moves the alias in MLflow and clears this task has
    that version served. A version that is uploaded or deployed already is used as it is.

    Returns:
        `model_id` and `version` in the Model Registry; `endpoint_id`, empty without an endpoint; `job_id` of
        the deployment, empty where there is nothing to wait for.
    """

    kind = JobKind.DEPLOYMENT
    operator_extra_links = (ServedModelLink(),)

    def find_or_submit(self, context: Context, settings: Settings) -> dict[str, str]:
        """Upload the champion and begin to deploy it."""
        from recsflow.vertex.requests.model_upload import ModelUpload

        dag_id = context["dag"].dag_id
        push, champion = _push_config(dag_id), _champion(dag_id, settings)
        upload = ModelUpload.of(dag_id, champion, settings)
        version = self._register(upload, settings)
        pushed = {"model_id": upload.model_id, "version": version, "endpoint_id": "", "job_id": ""}
        if push.endpoint is None:
            ServedModelLink.publish(context, settings.model_link(upload.model_id))
            return pushed
        hook = cast("EndpointsHook", self.hook(settings))
        endpoint_id = pushed["endpoint_id"] = hook.find_or_create(push.endpoint)
        ServedModelLink.publish(context, settings.endpoint_link(endpoint_id))
        if not self._serves(hook, pushed):
            pushed["job_id"] = self._deploy(hook, pushed, push)
            self.keep(pushed["job_id"], hook, context, settings)
            self.tell(pushed["job_id"], started=True)
        return pushed

    def _register(self, upload: ModelUpload, settings: Settings) -> str:
        from recsflow.vertex.hooks.model_registry import ModelRegistryHook

        registry = ModelRegistryHook(
            gcp_conn_id=settings.gcp_conn_id, project=settings.project, location=settings.location
        )
        found = registry.find(upload)
        version = found or registry.upload(upload)
        registry.make_default(upload.model_id, version)
        done = "is there already, using it" if found else "uploaded"
        say(self.task_id, f"{upload.description}: model {upload.model_id}, version {version} {done}")
        return version

    def _serves(self, hook: EndpointsHook, pushed: dict[str, str]) -> bool:
        """Whether the endpoint has the version; all traffic is the version's then."""
        endpoint_id, version = pushed["endpoint_id"], pushed["version"]
        there = [
            each for each in hook.deployments(endpoint_id, pushed["model_id"]) if each.version == version
        ]
        if not there:
            return False
        best = max(there, key=lambda each: each.traffic_percent)
        if best.traffic_percent < 100:
            hook.give_traffic(endpoint_id, best)
        say(self.task_id, f"endpoint {endpoint_id} has version {version} already, using it")
        return True

    def _deploy(self, hook: EndpointsHook, pushed: dict[str, str], push: PushConfig) -> str:
        from recsflow.errors import EndpointBusy

        # It may be this very version, begun by a try that died: a second deployment would be paid as well.
        if under_way := hook.under_way(pushed["endpoint_id"]):
            raise EndpointBusy(f"Endpoint {push.endpoint} is busy with {under_way}; it is waited for.")
        return hook.deploy(pushed["endpoint_id"], pushed["model_id"], pushed["version"], push)


def _push_config(dag_id: str) -> PushConfig:
    from include.experiment.config.schedule_loader import load_schedule
    from include.experiment.config.schedule_names import schedule_name
    from recsflow.errors import InvalidExperiment

    name = schedule_name(dag_id)
    push = load_schedule(name).push if name else None
    if push is None:
        raise InvalidExperiment(
            f"No schedule says where the champion of {dag_id} is served; add 'push' to it."
        )
    return push


def _champion(dag_id: str, settings: Settings) -> RegisteredChampion:
    from include.tracking.champions import find_champion
    from recsflow.errors import ModelGone
    from recsflow.promotion.champion_model import require_model

    champion = find_champion(dag_id, tracking_uri=settings.mlflow_tracking_uri)
    if champion is None:
        raise ModelGone(
            f"{dag_id} has no champion to push; in MLflow, give a version the alias 'champion', then clear "
            "this task."
        )
    require_model(champion)
    return champion
