"""Airflow's scheduler, whose tasks find their slow imports done.

Each task is a fork of the scheduler here. What is loaded before costs a task nothing, and these take seconds.
They are libraries only, two of them by way of the modules that import the parts of Google's clients that we
use: all other code of the project is read anew by each task, so that an edit counts at once.
"""

import sys
from importlib import import_module

# Importing Airflow makes the plugins importable.
LIBRARIES = (
    "airflow",
    "airflow.providers.google.common.hooks.base_google",
    "google.cloud.bigquery",
    "great_expectations",
    "mlflow",
    "pyarrow.parquet",
    "recsflow.vertex.messages.job_service",
    "recsflow.vertex.messages.pipeline_service",
)


def main() -> None:
    """Runs the scheduler with the arguments that the command line has."""
    for library in LIBRARIES:
        import_module(library)
    from airflow.__main__ import main as airflow

    sys.argv = ["airflow", "scheduler", *sys.argv[1:]]
    airflow()


if __name__ == "__main__":
    main()
