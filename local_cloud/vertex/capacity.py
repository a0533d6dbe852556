"""Quotas of custom training: how much of a kind of machine one job may ask for.

A job that asks for more than the quota is refused at once, one that others leave no room for waits
(https://cloud.google.com/vertex-ai/docs/quotas,
https://cloud.google.com/vertex-ai/docs/training/understanding-training-service).
"""

import re
from collections.abc import Mapping
from typing import Any

from local_cloud.vertex.errors import ResourceExhaustedError

CPUS_METRIC = "custom_model_training_cpus"


def check_capacity(pools: list[Mapping[str, Any]], quotas: Mapping[str, int]) -> None:
    """Refuses worker pools that no quota of the region allows."""
    asked: dict[str, int] = {}
    for pool in pools:
        replicas = int(pool.get("replicaCount", 1))
        for metric, units in _units(pool.get("machineSpec", {})).items():
            asked[metric] = asked.get(metric, 0) + units * replicas
    exceeded = [metric for metric, units in asked.items() if units > quotas.get(metric, units)]
    if exceeded:
        names = ", ".join(f"aiplatform.googleapis.com/{metric}" for metric in exceeded)
        raise ResourceExhaustedError(f"The following quota metrics exceed quota limits: {names}")


def _units(machine: Mapping[str, Any]) -> dict[str, int]:
    """Returns what a machine counts for: its CPUs, by the end of its type's name, and its accelerators."""
    cpus = re.search(r"-(\d+)$", machine.get("machineType", ""))
    units = {CPUS_METRIC: int(cpus[1])} if cpus else {}
    if kind := machine.get("acceleratorType"):
        name = kind.lower().replace("tesla_", "")
        units[f"custom_model_training_{name}_gpus"] = int(machine.get("acceleratorCount", 0))
    return units
