"""What Vertex AI says of a job that is larger than the project's quota, and what jobs count for."""

from __future__ import annotations

from include.experiment.config.accelerators import Accelerator

# The words of a job that asks for more machines or accelerators than the project may have at all.
NO_QUOTA = "quota metrics exceed quota limits"
HIGHER_QUOTA = "Ask for a higher quota in this region, or choose a smaller machine or another accelerator."
SERVICE = "aiplatform.googleapis.com"
# N1 and E2 share a quota, each other family of machines has its own.
_SHARED_FAMILIES = ("n1", "e2")


def units_of(accelerator: Accelerator) -> dict[str, int]:
    """Return what one machine with an accelerator counts for, by quota metric.

    https://cloud.google.com/vertex-ai/docs/quotas has the quotas by their titles; a job that is refused names
    their metrics.
    """
    family = accelerator.machine_type.partition("-")[0]
    of_family = "" if family in _SHARED_FAMILIES else f"{family}_"
    units = {f"{SERVICE}/custom_model_training_{of_family}cpus": accelerator.cpus}
    if metric := gpus_metric(accelerator):
        units[metric] = 1
    return units


def gpus_metric(accelerator: Accelerator) -> str | None:
    """Return the quota metric that an accelerator counts for; None of the CPU."""
    if accelerator is Accelerator.CPU:
        return None
    name = accelerator.value.lower().replace("tesla_", "")
    return f"{SERVICE}/custom_model_training_{name}_gpus"
