"""Where everything is: one Airflow Variable, parsed once a task into a frozen model.

The Variable is called `recsflow` and holds JSON; `AIRFLOW_VAR_RECSFLOW` sets it from the environment.
Only `artifact_root`, `project`, `location`, `trainer_image` and `mlflow_tracking_uri` have no default.
"""

from __future__ import annotations

import json
from string import Formatter
from typing import Annotated, Any, Literal

from airflow.sdk import Variable
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from include.artifacts.layout import ArtifactLayout
from include.experiment.config.accelerators import Accelerator
from include.experiment.config.base import MAX_DAYS
from include.plan.cost import Prices
from include.warehouse.limits import LEAST_BILLED
from recsflow.errors import SettingsError
from recsflow.secrets_in_settings import secrets_in, tokens_in_the_clear

VARIABLE = "recsflow"
CONSOLE = "https://console.cloud.google.com"
MLFLOW_TRAINING = "workflowType=machine_learning"
PLACEHOLDERS = {
    "table_url": {"project", "dataset", "table"},
    "artifact_url": {"uri", "object", "path"},
    "pipeline_job_url": {"project", "location", "job_id"},
    "custom_job_url": {"project", "location", "job_id"},
    "model_url": {"project", "location", "model_id"},
    "endpoint_url": {"project", "location", "endpoint_id"},
    "mlflow_run_url": {"tracking_uri", "experiment_id", "run_id"},
    "mlflow_model_url": {"tracking_uri", "name"},
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CommandCompiler(_Frozen):
    """Compiles with a command on this machine: the trainer environment's own interpreter.

    Attributes:
        timeout_s: Longest time that it may take; by default, as long as it gets on.
    """

    kind: Literal["command"]
    argv: tuple[str, ...] = Field(min_length=1)
    timeout_s: float | None = Field(default=None, gt=0)


class CloudBuildCompiler(_Frozen):
    """Compiles in a Cloud Build step that runs the trainer image.

    Attributes:
        location: Region of the build, `global` by default.
        service_account: Full resource name of the account that runs the build; Cloud Build's own if absent.
    """

    kind: Literal["cloud_build"]
    location: str = "global"
    service_account: str | None = None
    timeout_s: float = Field(default=900, gt=0)


class NotifierSettings(_Frozen):
    """An Airflow notifier that tells of failures.

    Attributes:
        notifier: Import path of its class, whose provider is installed.
        arguments: Of the class; texts are templates that know `subject` and `message`.
    """

    notifier: str = Field(pattern=r"^\w+(\.\w+)+$")
    arguments: dict[str, Any] = Field(default_factory=dict)


class Settings(_Frozen):
    """The Airflow Variable `recsflow`.

    Attributes:
        artifact_root: `file:///folder` or `gs://bucket/prefix`.
        location: Region of the pipelines.
        maximum_bytes_billed_per_query: What a query may be billed by BigQuery; no limit if absent.
        maximum_bytes_billed_per_run: What all queries of a run may be billed together, tasks that are tried
            again included.
        trainer_image: Container that compiles and runs pipelines; a tag of Artifact Registry is resolved to
            its digest when a job is submitted.
        accelerator_image: The same with CUDA, for runs with an accelerator; `trainer_image` if absent.
        serving_image: Container that serves a pushed model; the newest of Google's for TensorFlow by default.
        service_account: Account that jobs run as; required where `artifact_root` is a bucket.
        mlflow_audience: For whom identity tokens are made, where MLflow is behind Cloud Run's IAM (its
            run.app address or a custom audience) or IAP (an OAuth client's id); none are sent if absent.
        poll_interval_s: Seconds between two looks at all jobs that are waited for.
        beam_args: Arguments of every Beam job, `--runner=DataflowRunner` for example.
        prices: What a plan's bound on cost is worked out with; amounts are left out without it.
        notifiers: Who hears of a failure.
        retention_days: Days after which `clean_up` removes what nothing needs any more.
        scheduled_clean_up_removes: Whether the daily `clean_up` removes it, or only says what would go.
        *_url: Templates of links; `{object}` is the URI without its scheme, `{path}` is relative to the root.
    """

    artifact_root: str = Field(pattern=r"^(file:///|gs://).+")
    gcp_conn_id: str = "recsflow_gcp"
    project: str = Field(min_length=1)
    location: str = Field(min_length=1)
    bigquery_location: str = "US"
    staging_dataset: str = Field(default="recsflow_staging", pattern=r"^[A-Za-z0-9_]+$")
    maximum_bytes_billed_per_query: int | None = Field(default=None, ge=LEAST_BILLED)
    maximum_bytes_billed_per_run: int | None = Field(default=None, ge=LEAST_BILLED)
    trainer_image: str = Field(min_length=1)
    accelerator_image: str | None = None
    compiler: Annotated[CommandCompiler | CloudBuildCompiler, Field(discriminator="kind")]
    serving_image: str = Field(
        default="us-docker.pkg.dev/vertex-ai/prediction/tf2-cpu.2-15:latest", min_length=1
    )
    service_account: str | None = None
    poll_interval_s: float = Field(default=15.0, ge=1)
    beam_args: tuple[str, ...] = ()
    prices: Prices | None = None
    mlflow_tracking_uri: str = Field(min_length=1)
    mlflow_audience: str | None = Field(default=None, min_length=1)
    mlflow_experiment: str = "recsflow"
    notifiers: tuple[NotifierSettings, ...] = ()
    retention_days: int = Field(default=30, ge=1, le=MAX_DAYS)
    scheduled_clean_up_removes: bool = False
    table_url: str = CONSOLE + "/bigquery?project={project}&ws=!1m5!1m4!4m3!1s{project}!2s{dataset}!3s{table}"
    artifact_url: str = CONSOLE + "/storage/browser/{object}"
    pipeline_job_url: str = (
        CONSOLE + "/vertex-ai/locations/{location}/pipelines/runs/{job_id}?project={project}"
    )
    custom_job_url: str = (
        CONSOLE + "/vertex-ai/training/training-jobs/locations/{location}/{job_id}?project={project}"
    )
    model_url: str = (
        CONSOLE + "/vertex-ai/models/locations/{location}/models/{model_id}/versions/default/properties"
        "?project={project}"
    )
    endpoint_url: str = CONSOLE + "/vertex-ai/locations/{location}/endpoints/{endpoint_id}?project={project}"
    mlflow_run_url: str = "{tracking_uri}/#/experiments/{experiment_id}/runs/{run_id}"
    mlflow_model_url: str = "{tracking_uri}/#/models/{name}"

    @field_validator("artifact_root")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="before")
    @classmethod
    def _without_secrets(cls, values: Any) -> Any:
        if found := [*secrets_in(values), *tokens_in_the_clear(values)]:
            raise ValueError("\n  - ".join(found))
        return values

    @model_validator(mode="after")
    def _names_the_account_of_jobs(self) -> Settings:
        if self.artifact_root.startswith("gs://") and not self.service_account:
            raise ValueError(
                f"service_account is missing, and artifact_root is the bucket {self.artifact_root}; name the "
                "account that jobs run as and that may read and write there"
            )
        return self

    @field_validator(*PLACEHOLDERS)
    @classmethod
    def _only_known_placeholders(cls, template: str, info: Any) -> str:
        known = PLACEHOLDERS[info.field_name]
        unknown = {name for _, name, _, _ in Formatter().parse(template) if name is not None} - known
        if unknown:
            raise ValueError(f"unknown placeholder {sorted(unknown)}; use {sorted(known)}")
        return template

    @property
    def layout(self) -> ArtifactLayout:
        """Where things are kept below the artifact root."""
        return ArtifactLayout(self.artifact_root)

    @property
    def beam_arguments(self) -> tuple[str, ...]:
        """Arguments of every Beam job; Dataflow's workers run as the account of jobs or as given."""
        runs_as = "--service_account_email"
        named = any(argument.startswith(runs_as) for argument in self.beam_args)
        if named or not self.service_account or "--runner=DataflowRunner" not in self.beam_args:
            return self.beam_args
        return (*self.beam_args, f"{runs_as}={self.service_account}")

    def image_for(self, accelerator: Accelerator) -> str:
        """Container of a run with this accelerator."""
        wants_cuda = accelerator is not Accelerator.CPU
        return self.accelerator_image if wants_cuda and self.accelerator_image else self.trainer_image

    def table_link(self, table: str) -> str:
        """Address of the page of a table, named project.dataset.table."""
        project, dataset, name = table.split(".")
        return self.table_url.format(project=project, dataset=dataset, table=name)

    def artifact_link(self, uri: str) -> str:
        """Address of the page of a file or folder below the artifact root."""
        _, _, location = uri.partition("://")
        path = uri.removeprefix(self.artifact_root).lstrip("/")
        return self.artifact_url.format(uri=uri, object=location, path=path)

    def pipeline_job_link(self, job_id: str) -> str:
        """Address of the page of a pipeline job."""
        return self.pipeline_job_url.format(project=self.project, location=self.location, job_id=job_id)

    def custom_job_link(self, job_id: str) -> str:
        """Address of the page of a custom job."""
        return self.custom_job_url.format(project=self.project, location=self.location, job_id=job_id)

    def model_link(self, model_id: str) -> str:
        """Address of the page of a model in the Model Registry."""
        return self.model_url.format(project=self.project, location=self.location, model_id=model_id)

    def endpoint_link(self, endpoint_id: str) -> str:
        """Address of the page of an endpoint."""
        return self.endpoint_url.format(project=self.project, location=self.location, endpoint_id=endpoint_id)

    def mlflow_run_link(self, experiment_id: str, run_id: str) -> str:
        """Address of the page of an MLflow run."""
        tracking_uri = self.mlflow_tracking_uri.rstrip("/")
        return _of_a_training(
            self.mlflow_run_url.format(tracking_uri=tracking_uri, experiment_id=experiment_id, run_id=run_id)
        )

    def registered_model_link(self, name: str) -> str:
        """Address of the page of a registered model."""
        tracking_uri = self.mlflow_tracking_uri.rstrip("/")
        return _of_a_training(self.mlflow_model_url.format(tracking_uri=tracking_uri, name=name))


def _of_a_training(url: str) -> str:
    """Return an address of MLflow 3's pages, which would open on an LLM's traces, as one of a training's."""
    _, is_route, route = url.partition("#/")
    if not is_route or "workflowType=" in route:
        return url
    return f"{url}{'&' if '?' in route else '?'}{MLFLOW_TRAINING}"


def load_settings() -> Settings:
    """Read and parse the Variable.

    Raises:
        SettingsError: It is missing, no JSON, or holds something that cannot be used; lists every problem.
    """
    raw = Variable.get(VARIABLE, default=None)
    if raw is None:
        raise SettingsError(
            f"Airflow Variable {VARIABLE!r} is missing; create it with a JSON object, "
            f"or set AIRFLOW_VAR_{VARIABLE.upper()}."
        )
    return parse_settings(raw)


def parse_settings(raw: str) -> Settings:
    """Parse the Variable's text; see `load_settings`."""
    try:
        values = json.loads(raw)
    except ValueError as error:
        raise SettingsError(
            f"Airflow Variable {VARIABLE!r} is not JSON ({error}); write a JSON object."
        ) from None
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problems = "\n".join(f"  - {_problem(detail)}" for detail in error.errors())
        raise SettingsError(f"Airflow Variable {VARIABLE!r} cannot be used:\n{problems}") from None


def _problem(detail: Any) -> str:
    if isinstance(error := detail.get("ctx", {}).get("error"), ValueError) and not detail["loc"]:
        return f"{error}."  # names its fields itself, and must not show a secret
    field = ".".join(str(part) for part in detail["loc"] if part != "[key]") or "value"
    if detail["type"] == "missing":
        return f"{field} is missing; add it."
    if detail["type"] == "extra_forbidden":
        return f"{field} is unknown; remove it or correct its name."
    return f"{field} is {detail['input']!r}: {detail['msg']}."
