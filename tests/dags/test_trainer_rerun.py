import importlib.util
import sys
from pathlib import Path

import pytest
from airflow.sdk import TriggerRule
from airflow.sdk.exceptions import ParamValidationError
from airflow.serialization.serialized_objects import DagSerialization

pytestmark = pytest.mark.unit

DAG_FILE = Path(__file__).resolve().parents[2] / "dags" / "trainer_rerun.py"
SENTENCE = ["resolve_rerun", "generate_modules", "submit_trainer", "wait_for_trainer", "cache_metrics"]


@pytest.fixture(scope="module")
def dag():
    spec = importlib.util.spec_from_file_location("trainer_rerun", DAG_FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["trainer_rerun"] = module
    spec.loader.exec_module(module)
    return module.dag_object


def test_tasks_run_in_the_order_of_the_sentence(dag):
    assert [task.task_id for task in dag.topological_sort()] == SENTENCE


def test_metrics_are_cached_after_a_failure_too_and_decide_the_run(dag):
    task = dag.get_task("cache_metrics")
    assert task.trigger_rule == TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
    assert task.upstream_task_ids == {"resolve_rerun", "wait_for_trainer"}
    assert dag.leaves == [task]


def test_file_stays_short():
    assert len(DAG_FILE.read_text().splitlines()) < 100


def test_form_says_of_an_empty_field_that_the_parent_decides(dag):
    param = dag.params.get_param("learning_rate")
    assert param.description.endswith(
        "collapse. Empty: as in that experiment, or as the config says of another model."
    )
    assert "sample_percent" not in dag.params


def test_an_untouched_form_can_be_sent(dag):
    for name in dag.params:
        assert dag.params.get_param(name).resolve(None) is None, name


@pytest.mark.parametrize(
    ("name", "value"),
    [("learning_rate", 0), ("epochs", 0), ("seed", -1), ("model", "no_such_model"), ("accelerator", "gpu")],
)
def test_form_refuses_what_an_experiments_form_refuses(dag, name, value):
    with pytest.raises(ParamValidationError):
        dag.params.get_param(name).resolve(value)


def test_tasks_carry_their_links_after_serialisation(dag):
    stored = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    links = {task.task_id: sorted(task.operator_extra_link_dict) for task in stored.tasks}
    assert links == {
        "resolve_rerun": ["Experiment", "MLflow run"],
        "generate_modules": ["Generated modules"],
        "submit_trainer": ["Custom job"],
        "wait_for_trainer": ["Custom job"],
        "cache_metrics": ["MLflow run"],
    }
