import importlib.util
from pathlib import Path

import pytest
from airflow.sdk.exceptions import ParamValidationError
from airflow.serialization.serialized_objects import DagSerialization

pytestmark = pytest.mark.unit

DAG_FILE = Path(__file__).resolve().parents[2] / "dags" / "clean_up.py"


@pytest.fixture(scope="module")
def dag():
    spec = importlib.util.spec_from_file_location("clean_up_beside", DAG_FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.dag_object


def test_it_runs_daily_once_somebody_unpauses_it_and_one_at_a_time(dag):
    stored = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    assert stored.timetable.summary == "0 0 * * *"
    assert stored.is_paused_upon_creation
    assert not stored.catchup
    assert stored.max_active_runs == 1
    assert [task.task_id for task in stored.tasks] == ["remove_old"]


def test_an_untouched_form_removes_nothing(dag):
    assert {name: dag.params.get_param(name).value for name in dag.params} == {
        "dry_run": True,
        "retention_days": None,
    }


def test_every_param_is_explained_and_belongs_to_a_section(dag):
    for name in dag.params:
        schema = dag.params.get_param(name).schema
        assert schema["title"], name
        assert schema["section"], name
        assert dag.params.get_param(name).description, name


@pytest.mark.parametrize(
    ("name", "value"),
    [("retention_days", 0), ("retention_days", -1), ("retention_days", 1.5), ("dry_run", "no")],
)
def test_form_refuses_what_it_cannot_use(dag, name, value):
    with pytest.raises(ParamValidationError):
        dag.params.get_param(name).resolve(value)


@pytest.mark.parametrize("value", [None, 1, 365])
def test_form_takes_a_retention_of_days_and_none(dag, value):
    assert dag.params.get_param("retention_days").resolve(value) == value


def test_file_stays_short():
    assert len(DAG_FILE.read_text().splitlines()) < 100
