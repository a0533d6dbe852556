import importlib.util
from pathlib import Path

import pytest
from airflow.serialization.serialized_objects import DagSerialization

pytestmark = pytest.mark.unit

DAG_FILE = Path(__file__).resolve().parents[2] / "dags" / "doctor.py"


def test_it_runs_when_somebody_asks_for_it_and_tries_once():
    spec = importlib.util.spec_from_file_location("doctor_beside", DAG_FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    stored = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(module.dag_object))
    assert not stored.timetable.can_be_scheduled
    (task,) = stored.tasks
    assert (task.task_id, task.retries) == ("examine", 0)
