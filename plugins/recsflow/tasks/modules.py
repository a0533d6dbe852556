"""Generate the modules that the pipeline runs."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import get_current_context

from recsflow.extensions.retries import retries
from recsflow.tasks.decorators import modules_task


# Pure text; a retry could only help when the artifact root is away.
@modules_task(**retries(1, timedelta(seconds=30), execution_timeout=timedelta(minutes=5)))
def generate_modules(experiment: str) -> dict[str, str]:
    """Write the modules under the hash of their content, and a copy of each beside the experiment.

    Args:
        experiment: URI of the resolved experiment.

    Returns:
        `trainer_module_uri`, and `transform_module_uri` unless the rows become graphs.
    """
    from recsflow.experiments import modules

    return modules.generate_modules(experiment, get_current_context())
