import shutil

import pytest
from airflow.sdk import Asset
from airflow.serialization.serialized_objects import DagSerialization

import recsflow.schedules
from include.configs import config_root
from recsflow.errors import InvalidExperiment
from recsflow.planning.limits import job_limits
from recsflow.schedules import check_schedules, retraining_dags

pytestmark = pytest.mark.unit

SCHEDULE = """
schedule: "{cron}"
dataset: complete_journey
features: basic
model: shallow
parameters: {{learning_rate: {rate}}}
"""


@pytest.fixture
def schedules(tmp_path, monkeypatch):
    """The folder of schedules, beside the shipped configs."""
    shutil.copytree(config_root(), tmp_path / "configs")
    monkeypatch.setenv("RECSFLOW_CONFIG_ROOT", str(tmp_path / "configs"))
    folder = tmp_path / "configs" / "schedules"
    for file in folder.iterdir():
        file.unlink()
    (folder / "nightly.yaml").write_text(SCHEDULE.format(cron="0 2 * * *", rate=0.02))
    (folder / "monthly.yaml").write_text(SCHEDULE.format(cron="@monthly", rate=0.5))
    return folder


def test_each_schedule_has_a_dag_with_its_own_time_and_values(schedules):
    dags = retraining_dags()
    assert sorted(dags) == ["retraining_monthly", "retraining_nightly"]
    nightly, monthly = dags["retraining_nightly"], dags["retraining_monthly"]
    assert nightly.timetable.expression == "0 2 * * *"
    assert monthly.timetable.expression == "0 0 1 * *"
    assert (nightly.params["learning_rate"], monthly.params["learning_rate"]) == (0.02, 0.5)
    assert (nightly.params["model"], nightly.params["sample_percent"]) == ("shallow", 100)


def test_a_schedule_may_wait_for_assets_or_for_whichever_comes_first(schedules):
    orders = "assets: [x-shop://orders, x-shop://products]"
    both = SCHEDULE.format(cron="0 2 * * *", rate=0.02) + orders
    (schedules / "nightly.yaml").write_text(both)
    (schedules / "monthly.yaml").write_text(both.replace('schedule: "0 2 * * *"', ""))
    dags = retraining_dags()
    either, alone = (dags[f"retraining_{name}"].timetable for name in ("nightly", "monthly"))
    assert either.timetable.expression == "0 2 * * *"
    for timetable in (either, alone):
        assert [asset.uri for asset in timetable.asset_condition.objects] == [
            "x-shop://orders",
            "x-shop://products",
        ]


def test_each_champion_is_an_asset_of_its_own(schedules):
    for dag_id, dag in retraining_dags().items():
        # Equal to what a person writes: Airflow tells assets apart by name and URI.
        assert dag.get_task("promote").outlets == [Asset(f"x-recsflow://champions/{dag_id}")]
        assert dag.get_task("stage_dataset").outlets == [Asset("x-recsflow://datasets/complete_journey")]


def test_a_plan_counts_the_jobs_that_compute_and_not_the_wait_for_a_deployment(schedules):
    with (schedules / "nightly.yaml").open("a") as file:
        file.write("push: {endpoint: shop-home}\n")
    tasks = retraining_dags()["retraining_nightly"].tasks
    assert "wait_for_push" in {task.task_id for task in tasks}
    assert set(job_limits(tasks).later_s) == {"wait_for_scores"}


def test_a_new_schedule_waits_for_a_person_and_catches_nothing_up(schedules):
    for dag in retraining_dags().values():
        assert dag.is_paused_upon_creation
        assert not dag.catchup


def test_tasks_of_a_schedule_are_its_own(schedules):
    dags = retraining_dags()
    for dag in dags.values():
        dag.validate()
        assert all(task.dag is dag for task in dag.tasks)
        assert set(dag.task_group.children) == {task.task_id for task in dag.tasks}
        assert [task.task_id for task in dag.leaves] == ["report_backtest"]
    first, second = ({id(task) for task in dag.tasks} for dag in dags.values())
    assert not first & second


def tasks(dag):
    return {
        task.task_id: (type(task).__name__, task.upstream_task_ids, task.trigger_rule, task.retries)
        for task in dag.tasks
    }


@pytest.fixture
def pushing(schedules):
    """The DAG of a schedule with a push, and that of one without, which stands beside it."""
    text = (schedules / "nightly.yaml").read_text()
    (schedules / "nightly.yaml").write_text(f"{text}push: {{endpoint: shop-home}}")
    dags = retraining_dags()
    return dags["retraining_nightly"], dags["retraining_monthly"]


def test_a_push_follows_the_gate_and_changes_no_other_task(pushing, schedules):
    nightly, monthly = pushing
    found = tasks(nightly)
    pushed, waited = found.pop("push_model"), found.pop("wait_for_push")
    assert found == tasks(monthly)
    assert (pushed[0], pushed[1]) == ("PushModel", {"promote"})
    assert (waited[0], waited[1]) == ("PushSensor", {"push_model"})
    assert (
        tasks(DagSerialization.from_dict(DagSerialization.to_dict(nightly))).keys() == tasks(nightly).keys()
    )
    assert "push_model" in nightly.doc_md
    assert "push_model" not in monthly.doc_md


def test_a_push_is_skipped_where_nobody_was_promoted_and_fails_the_run_where_it_fails(pushing):
    nightly, _ = pushing
    for task_id in ("push_model", "wait_for_push"):
        assert nightly.get_task(task_id).trigger_rule == "all_success"
    # A run is as red as the last of its tasks.
    assert {task.task_id for task in nightly.leaves} == {"report_backtest", "wait_for_push"}
    assert not nightly.get_task("report_backtest").upstream_task_ids - {"promote", "resolve_experiment"}


def test_tasks_of_pushing_schedules_are_their_own(schedules):
    for name in ("nightly", "monthly"):
        text = (schedules / f"{name}.yaml").read_text()
        (schedules / f"{name}.yaml").write_text(f"{text}push: {{}}")
    dags = retraining_dags().values()
    for dag in dags:
        dag.validate()
        assert all(task.dag is dag for task in dag.tasks)
    first, second = ({id(task) for task in dag.tasks} for dag in dags)
    assert not first & second


def test_nothing_is_wrong_with_good_schedules(schedules):
    check_schedules()


def test_a_broken_schedule_is_told_of_and_the_others_go_on(schedules):
    (schedules / "broken.yaml").write_text(SCHEDULE.format(cron="0 2 * *", rate=0.02))
    (schedules / "worse.yaml").write_text("schedule: '@daily'\n")
    assert sorted(retraining_dags()) == ["retraining_monthly", "retraining_nightly"]
    with pytest.raises(InvalidExperiment) as caught:
        check_schedules()
    message = str(caught.value)
    assert "schedules/broken.yaml: schedule is '0 2 * *'; use a cron expression such as" in message
    assert "schedules/worse.yaml: dataset is missing; add it." in message
    assert "nightly" not in message


def test_without_schedules_there_is_no_dag(schedules):
    for file in schedules.iterdir():
        file.unlink()
    assert retraining_dags() == {}
    check_schedules()


def test_a_schedule_that_airflow_would_not_take_stops_no_other_one(schedules):
    good = SCHEDULE.format(cron="0 2 * * *", rate=0.02)
    bad = {
        "date": good + "notes: 2018-02-30",
        "uri": f"{good}assets: [x-shop://ok, x-shop://{'a' * 1600}]",
        "brackets": good + "assets: ['x-shop://[a']",
        "deep": "[" * 100_000,
        "never": good.replace("0 2 * * *", "0 0 30 2 *"),
        "random": good.replace("0 2 * * *", "R R * * *"),
        "notes": good.replace("0.02}", f"0.02, notes: {'a' * 5001}}}"),
    }
    for name, text in bad.items():
        (schedules / f"{name}.yaml").write_text(text)
    dags = retraining_dags()
    assert sorted(dags) == ["retraining_monthly", "retraining_nightly"]
    with pytest.raises(InvalidExperiment) as caught:
        check_schedules()
    said = str(caught.value)
    for sentence in (
        "date.yaml: line 7 is not valid YAML ('2018-02-30' cannot be read as timestamp: day is out of range",
        "uri.yaml: assets[1] is 'x-shop://aaa",
        "which Airflow does not take as an asset (Asset name cannot exceed 1500 characters); use a URI such",
        "brackets.yaml: assets[0] is 'x-shop://[a', which Airflow does not take as an asset (Invalid IPv6",
        "deep.yaml: line 1 nests values more than 50 deep",
        "never.yaml: schedule is '0 0 30 2 *', which no day to come is; use a cron expression such as",
        "random.yaml: schedule is 'R R * * *'; use a cron expression",
        "notes.yaml: parameters.notes is 'aaa",
    ):
        assert sentence in said
    assert said.startswith("7 problems")


def test_what_nobody_foresaw_in_one_schedule_stops_no_other_one(schedules, monkeypatch):
    def made(name, original=recsflow.schedules.retraining_dag_id):
        return original(name) if name != "monthly" else "no id: Airflow refuses blanks"

    monkeypatch.setattr(recsflow.schedules, "retraining_dag_id", made)
    assert sorted(retraining_dags()) == ["retraining_nightly"]
    with pytest.raises(InvalidExperiment, match=r"monthly.yaml: the file cannot become a DAG \("):
        check_schedules()


def test_every_schedule_that_is_taken_is_one_that_airflow_stores(schedules):
    name = "a" * 60
    (schedules / f"{name}.yaml").write_text(
        SCHEDULE.format(cron="0 2 * * *", rate=0.02).replace("0.02}", f"0.02, notes: {'a' * 5000}}}")
    )
    check_schedules()
    for dag in retraining_dags().values():
        dag.validate()
        DagSerialization.to_dict(dag)
