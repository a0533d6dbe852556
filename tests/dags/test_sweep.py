import importlib.util
from pathlib import Path

import pytest
from airflow.sdk import TriggerRule
from airflow.sdk.exceptions import ParamValidationError
from airflow.serialization.serialized_objects import DagSerialization

pytestmark = pytest.mark.unit

DAGS = Path(__file__).resolve().parents[2] / "dags"
TRIAL = [
    *("suggest", "resolve_trial", "render_query", "stage_dataset", "check_data_quality"),
    *("generate_modules", "submit_pipeline", "wait_for_pipeline", "cache_metrics", "finish_trial"),
]


def load(name):
    spec = importlib.util.spec_from_file_location(f"{name}_beside", DAGS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.dag_object


@pytest.fixture(scope="module")
def dag():
    return load("sweep")


def test_trials_are_mapped_between_the_plan_and_the_summary(dag):
    tasks = [task.task_id for task in dag.topological_sort()]
    assert tasks == ["plan_sweep", *(f"trial.{name}" for name in TRIAL), "summarize_sweep"]
    for name in TRIAL:
        assert dag.get_task(f"trial.{name}").get_closest_mapped_task_group().group_id == "trial"


def test_a_trial_is_the_chain_of_a_quick_test(dag):
    def upstream(of, name, prefix=""):
        found = of.get_task(f"{prefix}{name}").upstream_task_ids
        known = {"resolve_trial": "resolve_experiment"}
        return {known.get(each.removeprefix(prefix), each.removeprefix(prefix)) for each in found}

    quick_test = load("quick_test")
    for name in TRIAL[2:-1]:
        assert upstream(dag, name, "trial.") == upstream(quick_test, name), name


def test_a_failed_trial_is_kept_in_its_file_and_told_at_the_end(dag):
    # In a mapped group Airflow fails a task that asks for one success before the group has expanded it.
    for name in ("trial.cache_metrics", "trial.finish_trial", "summarize_sweep"):
        assert dag.get_task(name).trigger_rule == TriggerRule.ALL_DONE, name
    assert [task.task_id for task in dag.leaves] == ["summarize_sweep"]


def test_waiting_for_its_turn_holds_no_worker(dag):
    suggest = dag.get_task("trial.suggest")
    assert suggest.mode == "reschedule"
    assert suggest.last_task_id in dag.task_ids


def test_file_stays_short():
    assert len((DAGS / "sweep.py").read_text().splitlines()) < 100


def test_form_says_of_an_empty_field_that_the_sweep_decides(dag):
    param = dag.params.get_param("seed")
    assert param.schema["section"] == "Shared by all trials"
    assert param.description.endswith("start of training. Empty: as the sweep says.")


def test_an_untouched_form_searches_a_shipped_sweep_and_every_field_may_be_empty():
    params = load("sweep").params
    assert {name for name in params if params.get_param(name).value is not None} == {"sweep"}
    assert not any(params.get_param(name).resolve(None) for name in params)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("trials", 0), ("trials", 201), ("parallel_trials", 33), ("search_space", "learning_rate")),
        *(("sweep", "no_such_sweep"), ("learning_rate", 0), ("sample_percent", 30)),
    ],
)
def test_form_refuses_what_no_sweep_takes(dag, name, value):
    with pytest.raises(ParamValidationError):
        dag.params.get_param(name).resolve(value)


def test_tasks_carry_their_links_after_serialisation(dag):
    stored = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    links = {task.task_id: sorted(task.operator_extra_link_dict) for task in stored.tasks}
    assert links["plan_sweep"] == links["summarize_sweep"] == ["MLflow run", "Sweep"]
    assert links["trial.resolve_trial"] == ["Experiment", "MLflow run"]
    assert links["trial.submit_pipeline"] == ["Pipeline job"]


def test_every_shipped_sweep_can_be_planned():
    from datetime import UTC, datetime

    from include.configs import list_configs
    from include.sweep.request import plan_sweep

    for name in list_configs("sweeps"):
        plan = plan_sweep({"sweep": name}, sweep_id="sweep-1", window_end=datetime(2018, 1, 1, tzinfo=UTC))
        assert plan.name == name
