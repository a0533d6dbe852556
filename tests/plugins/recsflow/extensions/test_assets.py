"""What other DAGs are scheduled on: events of the dataset whose rows were staged, and of no other one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.emulator

REPOSITORY = Path(__file__).resolve().parents[4]
DAG = """
from airflow.sdk import dag, get_current_context, task

from recsflow.extensions.assets import announce_nothing, announce_rows, dataset_asset


@dag(schedule=None)
def staging():
    @task(outlets=[dataset_asset("shop"), dataset_asset("museum")])
    def stage():
        announce_rows(get_current_context(), "shop", "project.rows_1", 7)

    @task(outlets=[dataset_asset("shop"), dataset_asset("museum")])
    def stage_again():
        announce_nothing(get_current_context())

    stage() >> stage_again()


found = staging()

if __name__ == "__main__":
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select

    assert found.test().state == "success"
    with create_session() as session:
        for event in session.scalars(select(AssetEvent)):
            print("EVENT", event.asset.uri, event.source_task_id, event.extra["table"], event.extra["rows"])
"""


def test_only_newly_staged_rows_are_announced_and_only_of_their_dataset(tmp_path, migrated_database):
    shutil.copy(migrated_database, tmp_path)
    file = tmp_path / "dags" / "staging.py"
    file.parent.mkdir()
    file.write_text(DAG)
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__DAGS_FOLDER": str(file.parent),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
        "PYTHONPATH": f"{REPOSITORY / 'plugins'}:{REPOSITORY}",
    }
    airflow = Path(sys.executable).with_name("airflow")
    subprocess.run([str(airflow), "dags", "reserialize"], env=environment, check=True, capture_output=True)
    command = [sys.executable, str(file)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    events = [line for line in ran.stdout.splitlines() if line.startswith("EVENT")]
    assert events == ["EVENT x-recsflow://datasets/shop stage project.rows_1 7"]
