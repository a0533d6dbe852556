"""Quotas of custom training: how much of a kind of machine one job may ask for, and what jobs take of it.

A job that asks for more than the quota is refused at once, one that others leave no room for waits
(https://cloud.google.com/vertex-ai/docs/quotas,
https://cloud.google.com/vertex-ai/docs/training/understanding-training-service).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from local_cloud.vertex.errors import ResourceExhaustedError
from local_cloud.vertex.states import Collection, JobRecord, TaskState

SERVICE = "aiplatform.googleapis.com"
CPUS_METRIC = "custom_model_training_cpus"
# "Custom model training CPUs for N1/E2 machine types"; each other family has a quota of its own.
SHARED_FAMILIES = ("n1", "e2")
# https://cloud.google.com/compute/docs/accelerator-optimized-machines#a2-vms
CPUS_BESIDE_A100 = 12
# https://cloud.google.com/vertex-ai/docs/pipelines/machine-types
COMPONENT_MACHINE = {"machineType": "e2-standard-4"}


def check_capacity(pools: list[Mapping[str, Any]], quotas: Mapping[str, int]) -> None:
    """Refuses worker pools that no quota of the region allows."""
    asked: dict[str, int] = {}
    for pool in pools:
        replicas = int(pool.get("replicaCount", 1))
        for metric, units in units_of(pool.get("machineSpec", {})).items():
            asked[metric] = asked.get(metric, 0) + units * replicas
    exceeded = [metric for metric, units in asked.items() if units > quotas.get(metric, units)]
    if exceeded:
        names = ", ".join(f"{SERVICE}/{metric}" for metric in exceeded)
        raise ResourceExhaustedError(f"The following quota metrics exceed quota limits: {names}")


def units_in_use(jobs: Iterable[JobRecord]) -> Counter[str]:
    """Returns what the running containers of jobs count for, by quota metric; each has one machine."""
    used: Counter[str] = Counter()
    for job in jobs:
        running = sum(task.state is TaskState.RUNNING for task in job.tasks)
        for metric, units in units_of(_machine(job)).items():
            used[metric] += running * units
    return +used


def units_of(machine: Mapping[str, Any]) -> dict[str, int]:
    """Returns what a machine counts for: its CPUs, by its type's name, and its accelerators."""
    family, _, size = machine.get("machineType", "").partition("-")
    units = {}
    if cpus := re.search(r"-(\d+)$", size):
        units[cpus_metric(family)] = int(cpus[1])
    elif gpus := re.fullmatch(r"highgpu-(\d+)g", size):
        units[cpus_metric(family)] = int(gpus[1]) * CPUS_BESIDE_A100
    if kind := machine.get("acceleratorType"):
        name = kind.lower().replace("tesla_", "")
        units[f"custom_model_training_{name}_gpus"] = int(machine.get("acceleratorCount", 0))
    return units


def cpus_metric(family: str) -> str:
    """Returns the quota metric that CPUs of a family of machines count for."""
    return CPUS_METRIC if family in SHARED_FAMILIES else f"custom_model_training_{family}_cpus"


def _machine(job: JobRecord) -> Mapping[str, Any]:
    if job.key.collection is Collection.PIPELINE_JOBS:
        return COMPONENT_MACHINE
    machine: Mapping[str, Any] = job.request["jobSpec"]["workerPoolSpecs"][0]["machineSpec"]
    return machine
