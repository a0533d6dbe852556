"""The note of a DAG run, on Airflow's own models in a database of its own."""

import json
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from airflow.models.base import Base
from airflow.models.dagrun import DagRun, DagRunNote
from airflow.models.tasklog import LogTemplate
from airflow.models.xcom import XComModel
from airflow.utils.types import DagRunType
from sqlalchemy.orm import Session

from recsflow.extensions import run_note

pytestmark = pytest.mark.unit

FAILED = "component Transform failed:\nKeyError: 'brand'"


@pytest.fixture
def session():
    engine = sa.create_engine("sqlite://")
    tables = [model.__table__ for model in (LogTemplate, DagRun, DagRunNote, XComModel)]
    Base.metadata.create_all(engine, tables=tables)
    with Session(engine) as session:
        yield session


@pytest.fixture
def dag_run(session):
    run = DagRun(dag_id="quick_test", run_id="run-1", run_type=DagRunType.MANUAL, run_after=datetime.now(UTC))
    session.add(run)
    session.flush()
    return run


@pytest.fixture
def push(session, dag_run):
    def push(task_id, key, value):
        where = {"dag_id": "quick_test", "run_id": "run-1", "task_id": task_id, "map_index": -1}
        session.add(XComModel(dag_run_id=dag_run.id, key=key, value=json.dumps(value), **where))
        session.flush()

    return push


def test_failure_comes_before_the_warnings(dag_run, push):
    push("resolve_experiment", "warnings", ["[medium] few rows"])
    push("wait_for_pipeline", "failure", FAILED)
    run_note.on_dag_run_failed(dag_run, "")
    assert dag_run.note == f"{FAILED}\n[medium] few rows"


def test_run_that_went_well_does_not_tell_of_a_trial_that_did_not(dag_run, push):
    push("trial.wait_for_pipeline", "failure", FAILED)
    push("resolve_experiment", "warnings", ["[medium] few rows"])
    run_note.on_dag_run_success(dag_run, "")
    assert dag_run.note == "[medium] few rows"


def test_note_of_a_cleared_run_is_replaced_by_what_holds_now(dag_run, push, session):
    push("wait_for_pipeline", "failure", FAILED)
    run_note.on_dag_run_failed(dag_run, "")
    session.query(XComModel).delete()
    run_note.on_dag_run_success(dag_run, "")
    assert not dag_run.note


def test_note_of_a_person_stays(dag_run, push):
    dag_run.note = ("mine", "anna")
    push("wait_for_pipeline", "failure", FAILED)
    run_note.on_dag_run_failed(dag_run, "")
    assert dag_run.note == "mine"


def test_note_fits_the_column_of_airflows_database(dag_run, push):
    push("wait_for_pipeline", "failure", "word " * 500)
    run_note.on_dag_run_failed(dag_run, "")
    assert len(dag_run.note) == DagRunNote.__table__.c.content.type.length
    assert dag_run.note.endswith("…")


def test_run_of_no_session_is_passed_over_without_a_word(dag_run, session, caplog):
    session.commit()
    session.refresh(dag_run)
    session.expunge(dag_run)
    run_note.on_dag_run_failed(dag_run, "")
    assert caplog.messages == []
