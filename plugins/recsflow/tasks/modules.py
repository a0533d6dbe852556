"""Generate the modules that the pipeline runs."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import get_current_context

from recsflow.extensions.retries import retries
from recsflow.handovers import ModulesHandover
from recsflow.tasks.decorators import modules_task


# Pure text; a retry could only help when the artifact root is away.
@modules_task(**retries(1, timedelta(seconds=30), execution_timeout=timedelta(minutes=5)))
def generate_modules(experiment: str) -> ModulesHandover:
    """Write the modules under the hash of their content, a copy of each beside the experiment; return where.

    Args:
        experiment: URI of the resolved experiment.
    """
    from recsflow.experiments import modules

    return modules.generate_modules(experiment, get_current_context())
