"""Jobs as items: what they need, and what belongs to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from include.labels import TOPOLOGY_LABEL
from include.retention.item import Item, Kind
from include.retention.names import (
    compiled_item,
    custom_job_item,
    experiment_item,
    mentioned,
    pipeline_job_item,
)
from recsflow.vertex.jobs import ENDED
from recsflow.vertex.submitted_jobs import SubmittedJob

# A job of which no time is known is never old.
_NEVER = datetime.max.replace(tzinfo=UTC)


def with_jobs(stored: Iterable[Item], jobs: Iterable[SubmittedJob], root: str) -> list[Item]:
    """Return what is stored and the jobs, with what belongs together bound together.

    A job, its artifacts and its experiment stay or go together: the record of a job without its artifacts
    would offer results that are gone, and artifacts without their job would be found by nobody.

    Args:
        stored: What lies below the artifact root.
        jobs: All jobs of ours.
        root: The artifact root.
    """
    submitted = list(jobs)
    same = {name: {job_item_name(job) for job in each} for name, each in _by_pipeline(submitted).items()}
    records = [_record(job, same, root) for job in submitted]
    belonging: dict[str, set[str]] = defaultdict(set)
    for job, record in zip(submitted, records, strict=True):
        belonging[experiment_item(job.experiment_id)].add(record.name)
    artifacts: dict[str, set[str]] = defaultdict(set)
    folders = []
    for item in stored:
        owners = frozenset(belonging[item.name])
        if item.kind is Kind.ARTIFACTS:
            owners = frozenset({pipeline_job_item(item.id)})
            artifacts[pipeline_job_item(item.id)].add(item.name)
        folders.append(replace(item, uses=item.uses | owners))
    return [*folders, *(replace(item, uses=item.uses | artifacts[item.name]) for item in records)]


def job_item_name(job: SubmittedJob) -> str:
    """Return the name of a job's item."""
    return pipeline_job_item(job.job.job_id) if job.pipeline else custom_job_item(job.job.job_id)


def job_uses(job: SubmittedJob, root: str) -> frozenset[str]:
    """Return what a job is not whole without: its experiment, and what its components made or re-used."""
    outputs = (uri for component in job.job.components for uri in component.outputs.values())
    return frozenset({experiment_item(job.experiment_id)}).union(*(mentioned(uri, root) for uri in outputs))


def job_reads(job: SubmittedJob, root: str) -> frozenset[str]:
    """Return what a job reads: rows, modules, models, results of another job, its compiled pipeline."""
    reads = frozenset().union(*(mentioned(text, root) for text in job.arguments))
    topology = job.job.labels.get(TOPOLOGY_LABEL)
    return reads | {compiled_item(topology)} if topology else reads


def _record(job: SubmittedJob, same_pipeline: Mapping[str, set[str]], root: str) -> Item:
    name = job_item_name(job)
    created = job.job.created or _NEVER
    # One that has not ended may yet take any result of its pipeline.
    takes = same_pipeline.get(job.pipeline, set()) if _runs(job) else set()
    return Item(
        Kind.PIPELINE_JOB if job.pipeline else Kind.CUSTOM_JOB,
        name,
        oldest=created,
        newest=job.job.ended or created,
        uses=job_uses(job, root),
        reads=job_reads(job, root) | takes,
        runs=_runs(job),
    )


def _runs(job: SubmittedJob) -> bool:
    return job.job.state not in ENDED


def _by_pipeline(jobs: Iterable[SubmittedJob]) -> dict[str, list[SubmittedJob]]:
    found: dict[str, list[SubmittedJob]] = defaultdict(list)
    for job in jobs:
        if job.pipeline:
            found[job.pipeline].append(job)
    return found
