"""The note of a DAG run, on Airflow's own models in a database of its own."""

import sys
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from airflow.models import import_all_models
from airflow.models.base import Base
from airflow.models.dagrun import DagRun, DagRunNote
from airflow.models.log import Log
from airflow.models.taskinstance import TaskInstance
from airflow.models.tasklog import LogTemplate
from airflow.models.xcom import XComModel
from airflow.utils.types import DagRunType
from sqlalchemy.orm import Session

from recsflow.extensions import run_note
from recsflow.run_notes.composition import BESIDES
from recsflow.run_notes.keys import DECISION_KEY, ERROR_KEY, TITLE_KEY, WARNINGS_KEY, WITHOUT_A_WORD

pytestmark = pytest.mark.unit

TITLE = "quick_test #12 · fast · basic"
ERROR = "component Transform failed:\nKeyError: 'brand'"
WARNING = "[medium] few rows"
MORNING = datetime(2026, 1, 1, 9, tzinfo=UTC)
TABLES = (LogTemplate, DagRun, DagRunNote, XComModel, TaskInstance, Log)


@pytest.fixture
def session():
    import_all_models()  # tables that the foreign keys of these name
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine, tables=[model.__table__ for model in TABLES])
    with Session(engine) as session:
        yield session


@pytest.fixture
def dag_run(session):
    run = DagRun(dag_id="quick_test", run_id="run-1", run_type=DagRunType.MANUAL, run_after=MORNING)
    run.state = "running"
    session.add(run)
    session.flush()
    return run


@pytest.fixture
def push(session):
    """Lets a task say something, as Airflow's API keeps it."""

    def push(task_id, key, value, map_index=-1):
        where = {"dag_id": "quick_test", "run_id": "run-1", "task_id": task_id, "map_index": map_index}
        XComModel.set(key=key, value=value, serialize=False, session=session, **where)

    return push


@pytest.fixture
def task(session):
    """Adds a task instance; all that is asked of it is in its row."""

    def task(task_id, state="running", map_index=-1, ended=MORNING):
        values = {"id": uuid.uuid4(), "task_id": task_id, "map_index": map_index, "state": state}
        values |= {"dag_id": "quick_test", "run_id": "run-1", "end_date": ended, "try_number": 1}
        known = {"pool": "default_pool", "pool_slots": 1, "dag_version_id": None}
        session.execute(sa.insert(TaskInstance.__table__).values(**values, **known))
        return session.scalars(sa.select(TaskInstance).where(TaskInstance.id == values["id"])).one()

    return task


@pytest.fixture
def end(session):
    """Ends a task as Airflow's API does: an update of its row, and an entry in the audit log."""

    def end(task, state="failed"):
        session.execute(
            sa.update(TaskInstance.__table__).where(TaskInstance.id == task.id).values(state=state)
        )
        session.add(Log(event=state, dag_id="quick_test", run_id="run-1", task_id=task.task_id, map_index=-1))
        session.flush()

    return end


@pytest.fixture
def note(session):
    return lambda: session.execute(sa.select(DagRunNote.__table__.c.content)).scalar()


def test_warnings_stand_on_the_note_as_soon_as_the_run_is_resolved(dag_run, push, note):
    push("resolve_experiment", TITLE_KEY, TITLE)
    assert note() == TITLE
    push("resolve_experiment", WARNINGS_KEY, [WARNING, "[low] slow"])
    assert note() == f"{TITLE}\n\n{WARNING}\n\n[low] slow"


def test_note_says_why_as_soon_as_a_task_is_red_and_before_the_warnings(dag_run, push, task, end, note):
    push("resolve_experiment", TITLE_KEY, TITLE)
    push("resolve_experiment", WARNINGS_KEY, [WARNING])
    push("wait_for_pipeline", ERROR_KEY, ERROR)
    end(task("wait_for_pipeline"))
    assert note() == f"{TITLE}: wait_for_pipeline failed: {ERROR}\n\n{BESIDES}\n\n{WARNING}"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("1 problem in the configuration:\n  - x.yaml: epochs is 0.", "x.yaml: epochs is 0."),
        ("2 problems in the configuration:\n  - a\n  - b", "2 problems in the configuration:\n  - a\n  - b"),
    ],
)
def test_only_problem_stands_in_the_line_that_is_seen_first(dag_run, push, task, end, note, error, told):
    push("resolve_experiment", TITLE_KEY, TITLE)
    push("resolve_experiment", ERROR_KEY, error)
    end(task("resolve_experiment"))
    assert note() == f"{TITLE}: resolve_experiment failed: {told}"


def test_task_that_is_to_be_tried_again_is_not_told_of(dag_run, push, task, end, note):
    push("stage_dataset", TITLE_KEY, TITLE)
    push("stage_dataset", ERROR_KEY, "BigQuery did not answer")
    end(task("stage_dataset"), "up_for_retry")
    assert note() == TITLE


def test_process_that_is_killed_is_told_of_though_it_could_say_nothing(dag_run, push, task, end, note):
    push("resolve_experiment", TITLE_KEY, TITLE)
    end(task("stage_dataset"))
    assert note() == f"{TITLE}: stage_dataset failed: {WITHOUT_A_WORD}"


def test_worker_that_is_lost_leaves_airflows_words_for_note_and_record(dag_run, push, task, session, note):
    push("resolve_experiment", TITLE_KEY, TITLE)
    lost = task("stage_dataset")
    lost.state = "failed"
    run_note.on_task_instance_failed("running", lost, "Executor reported that it finished with state failed")
    session.flush()
    cause = f"{WITHOUT_A_WORD} Airflow says: Executor reported that it finished with state failed"
    assert note() == f"{TITLE}: stage_dataset failed: {cause}"
    kept = XComModel.get_many(key=ERROR_KEY, run_id="run-1", task_ids="stage_dataset")
    assert session.scalars(kept).one().value == cause


def test_what_a_task_said_itself_is_kept_over_what_airflow_makes_of_it(dag_run, push, task, session, note):
    push("stage_dataset", ERROR_KEY, "no such table")
    marked = task("stage_dataset")
    marked.state = "failed"
    run_note.on_task_instance_failed(None, marked, "TaskInstance's state was manually set to `failed`.")
    session.flush()
    assert note() == "stage_dataset failed: no such table"


def test_mark_of_a_person_is_told_as_that(dag_run, push, task, session, note):
    push("resolve_experiment", TITLE_KEY, TITLE)
    marked = task("wait_for_pipeline")
    marked.state = "failed"
    run_note.on_task_instance_failed(None, marked, "TaskInstance's state was manually set to `failed`.")
    session.flush()
    assert note() == f"{TITLE}: wait_for_pipeline failed: somebody marked it as failed."


def test_run_of_somebody_elses_dag_gets_no_note(dag_run, push, task, end, session, note):
    push("theirs", "error", "theirs")
    end(task("theirs"))
    lost = task("lost")
    lost.state = "failed"
    run_note.on_task_instance_failed("running", lost, "Executor reported")
    session.flush()
    run_note.on_dag_run_failed(dag_run, "")
    assert note() is None


def test_cause_is_told_and_not_what_follows_from_it(dag_run, push, task, end, note):
    push("wait_for_pipeline", ERROR_KEY, ERROR)
    push("cache_metrics", ERROR_KEY, "The experiment is recorded as failed")
    end(task("wait_for_pipeline"))
    end(task("cache_metrics", ended=MORNING + timedelta(minutes=1)))
    assert note() == f"wait_for_pipeline failed: {ERROR}"


def test_failed_trial_does_not_count_before_its_sweep_has_failed(dag_run, push, task, end, note):
    push("plan_sweep", TITLE_KEY, TITLE)
    push("trial.wait_for_pipeline", ERROR_KEY, ERROR, map_index=3)
    end(task("trial.wait_for_pipeline", map_index=3))
    assert note() == TITLE
    dag_run.state = "failed"
    run_note.on_dag_run_failed(dag_run, "")
    assert note() == f"{TITLE}: trial.wait_for_pipeline 3 failed: {ERROR}"


def test_run_that_went_well_does_not_tell_of_a_trial_that_did_not(dag_run, push, task, end, note):
    push("trial.wait_for_pipeline", ERROR_KEY, ERROR, map_index=3)
    push("promote", DECISION_KEY, "promoted")
    end(task("trial.wait_for_pipeline", map_index=3))
    dag_run.state = "success"
    run_note.on_dag_run_success(dag_run, "")
    assert note() == "promoted"


def test_run_that_is_cleared_is_no_longer_said_to_be_red(dag_run, push, task, end, session, note):
    push("resolve_experiment", TITLE_KEY, TITLE)
    push("wait_for_pipeline", ERROR_KEY, ERROR)
    cleared = task("wait_for_pipeline")
    end(cleared)
    end(cleared, "queued")
    run_note.on_dag_run_running(dag_run, "")
    assert note() == TITLE
    assert dag_run.note == TITLE


def test_note_of_a_person_stays_above_ours(dag_run, push, task, end, session, note):
    dag_run.note = ("mine", "anna")
    session.flush()
    push("resolve_experiment", WARNINGS_KEY, [WARNING])
    assert note() == f"mine\n\n---\n\n{WARNING}"
    push("wait_for_pipeline", ERROR_KEY, ERROR)
    end(task("wait_for_pipeline"))
    assert note() == f"mine\n\n---\n\nwait_for_pipeline failed: {ERROR}\n\n{BESIDES}\n\n{WARNING}"
    session.refresh(dag_run)
    dag_run.dag_run_note.content = "my longest " * 90
    session.flush()
    run_note.on_dag_run_failed(dag_run, "")
    assert note().startswith("my longest my longest")
    assert len(note()) <= 1000


def test_note_fits_the_column_of_airflows_database(dag_run, push, task, end, note):
    push("wait_for_pipeline", ERROR_KEY, "word " * 500)
    end(task("wait_for_pipeline"))
    assert len(note()) == DagRunNote.__table__.c.content.type.length
    assert note().endswith("…")


def test_note_that_cannot_be_written_harms_nothing(dag_run, push, session, caplog):
    session.execute(sa.text("DROP TABLE dag_run_note"))
    push("resolve_experiment", WARNINGS_KEY, [WARNING])
    assert session.scalar(sa.select(sa.func.count()).select_from(XComModel)) == 1
    assert "Cannot write the note of quick_test, run-1." in caplog.text


def test_code_that_a_deployment_changes_meanwhile_does_not_end_airflow(dag_run, push, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "recsflow.run_notes.writing", None)
    push("resolve_experiment", WARNINGS_KEY, [WARNING])
    assert "Cannot look for what a note is to say." in caplog.text


def test_run_of_no_session_is_passed_over_without_a_word(dag_run, session, caplog):
    session.commit()
    session.refresh(dag_run)
    session.expunge(dag_run)
    run_note.on_dag_run_failed(dag_run, "")
    assert caplog.messages == []


def test_task_that_fails_in_its_own_process_is_left_to_say_why_itself(context):
    run_note.on_task_instance_failed("running", context["ti"], ValueError("x"))
