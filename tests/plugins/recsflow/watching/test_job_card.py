import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include import storage
from include.artifacts.layout import ArtifactLayout
from include.cards.card import Card, ComponentStage, State
from include.cards.store import CardStore
from recsflow.vertex.jobs import Component, Job, JobState
from recsflow.watching.job_card import JobCard

pytestmark = pytest.mark.unit

ID = "quick-test-manual-1-0123456789"
START = datetime(2026, 1, 2, 3, 4, 0, tzinfo=UTC)
EXAMPLE = json.loads((Path(__file__).parents[3] / "contracts" / "training_metrics_v2.json").read_text())


@pytest.fixture
def store(tmp_path):
    store = CardStore(ArtifactLayout(tmp_path.as_uri()))
    store.write(Card(experiment_id=ID, dag_id="quick_test", run_id="1", created_at=START, updated_at=START))
    return store


class Watched:
    """A job that is looked at; its clock moves when it is told to."""

    def __init__(self, store):
        self.store = store
        self.seconds = 0.0
        uri = store.layout.experiment(ID).metrics
        self.card = JobCard(uri, "wait_for_pipeline", lambda: self.seconds)

    def look(self, *components, metrics=None, state=JobState.RUNNING, after_s=10.0):
        self.seconds += after_s
        self.card.note(Job(ID, state, components), metrics)
        return self.store.read(ID)


@pytest.fixture
def watched(store):
    return Watched(store)


def component(name, state):
    return Component(name, state, START, None if state is JobState.RUNNING else START)


GEN, TRANSFORM, TRAINER = (
    component(name, JobState.RUNNING) for name in ("ExampleGen", "Transform", "Trainer")
)
CACHED = component("ExampleGen", JobState.CACHED)


def after_epochs(count):
    return {**EXAMPLE, "epochs": EXAMPLE["epochs"][:count]}


def test_the_component_at_work_is_on_the_card(watched):
    card = watched.look(CACHED, TRANSFORM)

    assert (card.state, card.stage, card.component) == (State.SUBMITTED, "wait_for_pipeline", "Transform")
    assert card.components[0] == ComponentStage("ExampleGen", "cached", 0.0, True)
    assert watched.look(CACHED, TRAINER).state is State.TRAINING


def test_each_epoch_is_on_the_card(watched):
    assert watched.look(CACHED, TRAINER, metrics=after_epochs(1)).epochs == (1, 2)
    assert watched.look(CACHED, TRAINER, metrics=after_epochs(2)).epochs == (2, 2)


def test_nothing_new_is_not_written(watched, store):
    watched.look(CACHED, TRAINER, metrics=after_epochs(1))
    [before] = store.listed()

    watched.look(CACHED, TRAINER, metrics=after_epochs(1))

    assert store.listed() == [before]


def test_what_changes_too_fast_is_written_two_seconds_later(watched):
    watched.look(CACHED, TRAINER, metrics=after_epochs(0))
    assert watched.look(CACHED, TRAINER, metrics=after_epochs(1), after_s=0.5).epochs == (0, 2)
    assert watched.look(CACHED, TRAINER, metrics=after_epochs(2), after_s=0.5).epochs == (0, 2)
    assert watched.look(CACHED, TRAINER, metrics=after_epochs(2), after_s=1.0).epochs == (2, 2)


def test_the_end_is_written_at_once(watched):
    watched.look(CACHED, TRAINER)
    done = component("Trainer", JobState.SUCCEEDED)

    card = watched.look(CACHED, done, metrics=EXAMPLE, state=JobState.SUCCEEDED, after_s=0.1)

    assert [each.state for each in card.components] == ["cached", "succeeded"]


def test_a_job_that_was_only_listed_takes_nothing_away(watched):
    watched.look(CACHED, TRAINER)

    assert [each.name for each in watched.look().components] == ["ExampleGen", "Trainer"]


def test_metrics_that_cannot_be_read_do_not_disturb_the_watch(watched, caplog):
    watched.look(CACHED, TRAINER, metrics={"epochs": [1]})

    assert "could not be written" in caplog.text


@pytest.mark.parametrize(
    "uri", ["", "gs://bucket/experiments/quick-1/scores.json", "gs://bucket/elsewhere/training_metrics.json"]
)
def test_a_job_that_does_not_train_has_no_card(uri, tmp_path):
    JobCard(uri, "wait_for_scores").note(
        Job("1", JobState.RUNNING, (component("Scoring", JobState.RUNNING),)), None
    )

    assert list(tmp_path.iterdir()) == []


def test_an_experiment_of_an_earlier_version_gets_no_card_from_its_job(store, watched):
    storage.remove(store.layout.card(ID).card)

    assert watched.look(CACHED, TRAINER) is None
