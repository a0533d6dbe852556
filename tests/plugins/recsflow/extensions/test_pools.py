"""A task whose pool does not exist would wait for ever, so starting Airflow makes it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.emulator

REPOSITORY = Path(__file__).resolve().parents[4]
# What every part of Airflow does when it starts.
START = """
from airflow.jobs.job import Job
from airflow.models.pool import Pool
from airflow.utils.session import create_session

for _ in range(2):
    Job()
    with create_session() as session:
        pools = {pool.pool: pool for pool in Pool.get_pools(session=session)}
        print(pools["recsflow_rows"].slots)
        pools["recsflow_rows"].slots = 5
"""
# What every task does when it starts, where it has no way to the database.
START_TASK = """
from airflow.sdk.execution_time.task_runner import TaskRunnerMarker
from recsflow.extensions import pools

pools.on_starting(TaskRunnerMarker())
"""


def test_a_task_that_starts_leaves_the_database_alone(tmp_path):
    nowhere = f"sqlite:///{tmp_path}/nowhere/airflow.db"
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": nowhere,
        "PYTHONPATH": f"{REPOSITORY / 'plugins'}:{REPOSITORY}",
    }
    ran = subprocess.run(
        [sys.executable, "-c", START_TASK], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]


def test_a_start_makes_the_pool_and_leaves_alone_what_a_person_sets(tmp_path, migrated_database):
    shutil.copy(migrated_database, tmp_path)
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
        "PYTHONPATH": str(REPOSITORY),
    }
    ran = subprocess.run(
        [sys.executable, "-c", START], env=environment, check=True, capture_output=True, text=True
    )
    assert ran.stdout.split()[-2:] == ["2", "5"]
