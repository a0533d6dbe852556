import json
import logging
from types import SimpleNamespace

import pytest

from include import storage
from include.artifacts.layout import ArtifactLayout
from include.cards.card import Kind, Stage, State
from include.cards.store import CardStore
from include.experiment.resolve.identity import experiment_id
from recsflow.cards.writing import (
    note_failure,
    note_record,
    note_refusal,
    note_resolved,
    note_staged,
    note_work,
)
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit

QUICK = experiment_id("quick_test", "manual__1")
SWEEP = experiment_id("sweep", "manual__1")


class Dag:
    """Of two tasks."""

    dag_id = "quick_test"

    def topological_sort(self):
        return [SimpleNamespace(task_id=name, label=name) for name in ("resolve_experiment", "stage_dataset")]


@pytest.fixture
def layout(tmp_path, settings_values, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(settings_values))
    return ArtifactLayout(tmp_path.as_uri())


@pytest.fixture
def run(context):
    """The context of a task of a run that Ann triggered."""

    def of(task_id="resolve_experiment", params=None, **given):
        context["ti"].task_id = task_id
        return {
            **context,
            "dag": Dag(),
            "run_id": "manual__1",
            "dag_run": SimpleNamespace(logical_date=None, run_type="manual", triggering_user_name="ann"),
            "params": {"model": "fast", "dataset": "shop"} if params is None else params,
            "task": SimpleNamespace(template_fields=tuple(given), **given),
        }

    return of


@pytest.fixture
def experiment():
    return resolved().model_copy(update={"experiment_id": QUICK, "run_id": "manual__1"})


def card_of(layout, experiment_id=QUICK):
    return CardStore(layout).read(experiment_id)


def test_a_run_has_a_card_from_the_moment_it_is_resolved(layout, run, experiment):
    note_resolved(experiment, run(), layout)

    card = card_of(layout)
    assert (card.dag_id, card.run_id, card.user, card.run_type) == (
        "quick_test",
        "manual__1",
        "ann",
        "manual",
    )
    assert (card.state, card.stage, card.features) == (State.RESOLVED, "resolve_experiment", "basic")


def test_a_task_at_work_is_told_with_those_before_it(layout, run, experiment):
    note_resolved(experiment, run(), layout)
    context = run("stage_dataset")
    context["ti"].breadcrumbs = [
        {"task_id": "resolve_experiment", "map_index": -1, "state": "success", "duration": 2.5},
        {"task_id": "stage_dataset", "map_index": 7, "state": "success", "duration": 9.0},
    ]

    note_work(layout.experiment(QUICK), context, State.STAGING)

    card = card_of(layout)
    assert (card.state, card.stage) == (State.STAGING, "stage_dataset")
    assert card.stages == (Stage("resolve_experiment", "success", 2.5),)


def test_rows_are_told_when_they_are_counted(layout, run, experiment):
    note_resolved(experiment, run(), layout)

    note_staged(experiment, layout.experiment(QUICK), 1234)

    assert card_of(layout).test_rows.rows == 1234


def test_a_configuration_that_was_refused_has_a_card_with_the_sentence(layout, run):
    note_failure(run(), "1 problem in the configuration:\n  - run parameters: epochs is 0; use 1 to 200.")

    card = card_of(layout)
    assert (card.dag_id, card.run_id, card.user, card.kind) == (
        *("quick_test", "manual__1", "ann"),
        Kind.EXPERIMENT,
    )
    assert (card.state, card.stage, card.dataset, card.model) == (
        *(State.FAILED, "resolve_experiment"),
        *("shop", "fast"),
    )
    assert card.error == "run parameters: epochs is 0; use 1 to 200."
    assert card.ended_at


def test_a_refused_run_keeps_its_number_and_title_when_its_task_fails(layout, run):
    note_refusal(run(), "no such model", number=12, name="quick_test #12 · fast", layout=layout)
    note_record(layout.experiment(QUICK), "84a22f5d")
    note_failure(run(), "no such model")

    card = card_of(layout)
    assert (card.number, card.name, card.error) == (12, "quick_test #12 · fast", "no such model")
    assert (card.state, card.mlflow_run_id) == (State.FAILED, "84a22f5d")


def test_the_first_failure_is_the_cause(layout, run, experiment):
    note_resolved(experiment, run(), layout)
    note_failure(run("stage_dataset"), "no rows are left")
    note_failure(run("cache_metrics"), "The experiment is recorded as failed.")

    card = card_of(layout)
    assert (card.stage, card.error, card.features) == ("stage_dataset", "no rows are left", "basic")


def test_what_fails_after_a_training_that_went_well_takes_nothing_from_it(layout, run, experiment):
    note_resolved(experiment, run(), layout)
    store = CardStore(layout)
    store.write(card_of(layout).changed(state=State.SUCCEEDED, verdict="healthy"))

    note_failure(run("promote"), "The champion was version 1 and is 2 now.")

    card = card_of(layout)
    assert (card.state, card.stage, card.verdict) == (State.FAILED, "promote", "healthy")


def test_a_clean_up_has_no_card(layout, run):
    note_failure(run("remove_old", params={"retention_days": 0}), "retention_days is 0")

    assert storage.list_names(layout.cards) == []


@pytest.mark.parametrize(
    "given",
    [
        {"op_args": (), "op_kwargs": {"experiment": f"file:///a/experiments/{QUICK[:-1]}a/experiment.json"}},
        {"job": {"job_id": "7", "metrics_uri": f"gs://b/p/experiments/{QUICK[:-1]}a/training_metrics.json"}},
    ],
)
def test_the_failure_of_a_trial_is_that_of_its_experiment(layout, run, given):
    note_failure(run("trial.stage_dataset", **given), "no rows")

    assert card_of(layout, f"{QUICK[:-1]}a").error == "no rows"
    assert card_of(layout) is None


def test_a_trial_that_was_refused_has_its_own_card(layout, run):
    note_failure(
        run("trial.resolve_trial", op_args=(f"gs://b/sweeps/{SWEEP}/trials/3.json",)), "no such column"
    )

    assert card_of(layout, experiment_id(SWEEP, "trial-3")).error == "no such column"


def test_a_card_that_cannot_be_written_is_a_warning_and_no_failure(layout, run, experiment, tmp_path, caplog):
    (tmp_path / "cards").write_text("a file where the folder would be")

    note_resolved(experiment, run(), layout)
    note_work(layout.experiment(QUICK), run("stage_dataset"), State.STAGING)
    note_failure(run("stage_dataset"), "no rows")

    warnings = [record for record in caplog.records if record.name == "recsflow.cards.writing"]
    assert len(warnings) == 3
    assert {record.levelno for record in warnings} == {logging.WARNING}
    assert f"The card of {QUICK} could not be written: " in warnings[0].getMessage()
