"""States of jobs and tasks, named as in the public API, and the records that the server keeps of both."""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class JobState(StrEnum):
    """google.cloud.aiplatform.v1.PipelineState; that of custom jobs differs in the prefix only."""

    PENDING = "PIPELINE_STATE_PENDING"
    RUNNING = "PIPELINE_STATE_RUNNING"
    SUCCEEDED = "PIPELINE_STATE_SUCCEEDED"
    FAILED = "PIPELINE_STATE_FAILED"
    CANCELLING = "PIPELINE_STATE_CANCELLING"
    CANCELLED = "PIPELINE_STATE_CANCELLED"

    @property
    def is_final(self) -> bool:
        """Whether the job will never change again."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class TaskState(StrEnum):
    """google.cloud.aiplatform.v1.PipelineTaskDetail.State; SKIPPED means that an earlier result was used."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    NOT_TRIGGERED = "NOT_TRIGGERED"

    @property
    def has_outputs(self) -> bool:
        """Whether tasks that depend on this one can start."""
        return self in (TaskState.SUCCEEDED, TaskState.SKIPPED)

    @property
    def is_final(self) -> bool:
        """Whether the task will never change again."""
        return self not in (TaskState.PENDING, TaskState.RUNNING)


def now() -> str:
    """Returns the time in the form of the API."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def new_number() -> str:
    """Returns an id as the service chooses it."""
    return str(uuid.uuid4().int >> 65)


class Collection(StrEnum):
    """The kinds of jobs, as they stand in resource names."""

    PIPELINE_JOBS = "pipelineJobs"
    CUSTOM_JOBS = "customJobs"


@dataclass(frozen=True)
class JobKey:
    """What identifies a job."""

    project: str
    location: str
    job_id: str
    collection: Collection = Collection.PIPELINE_JOBS

    @classmethod
    def from_name(cls, name: str) -> Self:
        """Returns the key of a resource name."""
        _, project, _, location, collection, job_id = name.split("/")
        return cls(project, location, job_id, Collection(collection))

    @property
    def parent(self) -> str:
        """The location's resource name."""
        return f"projects/{self.project}/locations/{self.location}"

    @property
    def name(self) -> str:
        """The job's resource name."""
        return f"{self.parent}/{self.collection}/{self.job_id}"


@dataclass(frozen=True)
class CachedResult:
    """What an earlier task produced.

    Attributes:
        job_id: job that it belonged to.
        outputs: output key to artifacts.
        paths: files and folders that must still be there for the result to be usable.
        execution: id of the execution that made it; who deletes that takes the result from the cache.
    """

    job_id: str
    outputs: dict[str, list[dict[str, Any]]]
    paths: list[str]
    execution: str


@dataclass
class TaskRecord:
    """A task of a job.

    Attributes:
        name: name of the task in the spec.
        number: number that is unique in this server.
        state: where it stands.
        create_time: when the job was created.
        start_time: when it started.
        end_time: when it ended.
        error: what the service says about its failure, empty unless it failed.
        error_code: number of that error in google.rpc.Code.
        inputs: input name to artifacts.
        outputs: output key to artifacts, which carry name, uri, type and metadata.
        peak_memory_mib: largest resident size of its process.
        reused_from: job whose result was used.
        main_job: id of the custom job that ran its container.
        pre_caching_check_job: id of the custom job that ran its driver, before the cache is asked.
        execution: id of its execution in Vertex ML Metadata, by which its results are found again.
    """

    name: str
    number: int
    state: TaskState = TaskState.PENDING
    create_time: str = field(default_factory=now)
    start_time: str | None = None
    end_time: str | None = None
    error: str = ""
    inputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    peak_memory_mib: int = 0
    reused_from: str = ""
    error_code: int = 0
    main_job: str = ""
    pre_caching_check_job: str = ""
    execution: str = ""


@dataclass
class JobRecord:
    """A pipeline job, or a custom job, which has one task.

    Attributes:
        key: what identifies it.
        request: the PipelineJob or CustomJob that created it, as JSON of the API.
        state: where it stands.
        create_time: when it was created.
        update_time: when anything about it changed last.
        start_time: when it started.
        end_time: when it ended.
        error: why it failed, empty unless it did.
        resumptions: how often a restarted server took it up again.
        tasks: its tasks, in the order of the spec.
    """

    key: JobKey
    request: dict[str, Any]
    state: JobState = JobState.PENDING
    create_time: str = field(default_factory=now)
    update_time: str = field(default_factory=now)
    start_time: str | None = None
    end_time: str | None = None
    error: str = ""
    resumptions: int = 0
    tasks: list[TaskRecord] = field(default_factory=list)

    @property
    def number(self) -> int:
        """By which the service calls it in its own messages."""
        return int.from_bytes(hashlib.sha256(self.key.name.encode()).digest()[:8]) >> 1

    @property
    def title(self) -> str:
        """What it runs: the run's own title, else the pipeline's name or what its creator shows it under."""
        labels = self.request.get("labels") or {}
        if {"dag", "number"} <= labels.keys():
            named = [labels[name] for name in ("model", "features") if name in labels]
            return " · ".join([f"{labels['dag']} #{labels['number']}", *named])
        if self.key.collection is Collection.PIPELINE_JOBS:
            return str(self.request["pipelineSpec"]["pipelineInfo"]["name"])
        return str(self.request["displayName"])
