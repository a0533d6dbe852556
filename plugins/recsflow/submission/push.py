"""The champion of a schedule, on its way to where it is served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.experiment.config.schedule_loader import load_schedule
from include.experiment.config.schedule_names import schedule_name
from include.tracking.champions import RegisteredChampion, find_champion
from recsflow.errors import EndpointBusy, InvalidExperiment, ModelGone
from recsflow.extensions.links import ServedModelLink
from recsflow.handovers import PushHandover
from recsflow.log import say
from recsflow.promotion.champion_model import require_model
from recsflow.submission.job import JobSubmission
from recsflow.vertex.hooks.endpoints import EndpointsHook
from recsflow.vertex.hooks.model_registry import ModelRegistryHook
from recsflow.vertex.job_kinds import DEPLOYMENTS
from recsflow.vertex.requests.model_upload import ModelUpload

if TYPE_CHECKING:
    from include.experiment.config.push_config import PushConfig
    from recsflow.settings import Settings


class PushSubmission(JobSubmission[EndpointsHook, PushHandover]):
    """Uploads the champion to the Model Registry, and begins to deploy it to the endpoint, if there is one.

    A version that is uploaded or deployed already is used as it is.
    """

    kind = DEPLOYMENTS

    def find_or_submit(self) -> PushHandover:
        """Upload the champion and begin to deploy it."""
        dag_id = self.context["dag"].dag_id
        push, champion = _push_config(dag_id), _champion(dag_id, self.settings)
        upload = ModelUpload.of(dag_id, champion, self.settings)
        version = self._register(upload)
        pushed = PushHandover(model_id=upload.model_id, version=version, endpoint_id="", job_id="")
        if push.endpoint is None:
            ServedModelLink.publish(self.context, self.settings.model_link(upload.model_id))
            return pushed
        hook = self.hook()
        endpoint_id = pushed["endpoint_id"] = hook.find_or_create(push.endpoint)
        ServedModelLink.publish(self.context, self.settings.endpoint_link(endpoint_id))
        if not self._serves(hook, pushed):
            pushed["job_id"] = _deploy(hook, pushed, push)
            self.keep(pushed["job_id"])
            self.tell(pushed["job_id"], started=True)
        return pushed

    def _register(self, upload: ModelUpload) -> str:
        where = self.settings
        registry = ModelRegistryHook(
            gcp_conn_id=where.gcp_conn_id, project=where.project, location=where.location
        )
        found = registry.find(upload)
        version = found or registry.upload(upload)
        registry.make_default(upload.model_id, version)
        done = "is there already, using it" if found else "uploaded"
        say(self.task_id, f"{upload.description}: model {upload.model_id}, version {version} {done}")
        return version

    def _serves(self, hook: EndpointsHook, pushed: PushHandover) -> bool:
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


def undeploy_replaced(pushed: PushHandover, task_id: str, settings: Settings) -> None:
    """Undeploy those versions of a pushed model that have no traffic any more, as machines are paid.

    Args:
        pushed: What `PushSubmission.find_or_submit` returned.
        task_id: The task that says so.
        settings: Where everything is.
    """
    endpoint_id = pushed["endpoint_id"]
    if not endpoint_id:
        say(task_id, "uploaded only, since the schedule names no endpoint")
        return
    hook = EndpointsHook(
        gcp_conn_id=settings.gcp_conn_id, project=settings.project, location=settings.location
    )
    if under_way := hook.under_way(endpoint_id):
        # A version that is being deployed has no traffic yet; whoever waits for it undeploys the rest.
        say(task_id, f"{under_way} is under way; what it replaces is left to it")
        return
    for each in hook.deployments(endpoint_id, pushed["model_id"]):
        if not each.traffic_percent:
            hook.undeploy(endpoint_id, each)
            say(task_id, f"version {each.version} undeployed, it had no traffic any more")


def _deploy(hook: EndpointsHook, pushed: PushHandover, push: PushConfig) -> str:
    # It may be this very version, begun by a try that died: a second deployment would be paid as well.
    if under_way := hook.under_way(pushed["endpoint_id"]):
        raise EndpointBusy(f"Endpoint {push.endpoint} is busy with {under_way}; it is waited for.")
    return hook.deploy(pushed["endpoint_id"], pushed["model_id"], pushed["version"], push)


def _push_config(dag_id: str) -> PushConfig:
    name = schedule_name(dag_id)
    push = load_schedule(name).push if name else None
    if push is None:
        raise InvalidExperiment(
            f"No schedule says where the champion of {dag_id} is served; add 'push' to it."
        )
    return push


def _champion(dag_id: str, settings: Settings) -> RegisteredChampion:
    champion = find_champion(dag_id, tracking_uri=settings.mlflow_tracking_uri)
    if champion is None:
        raise ModelGone(
            f"{dag_id} has no champion to push; in MLflow, give a version the alias 'champion', then clear "
            "this task."
        )
    require_model(champion)
    return champion
