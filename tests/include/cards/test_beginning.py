from datetime import UTC, datetime, timedelta

import pytest

from include.cards.beginning import RunFacts, at_work, resolved_card, unresolved_card
from include.cards.card import Card, Kind, State
from include.cards.fitting import fitted
from include.experiment.resolve.identity import experiment_id
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
RUN = RunFacts("quick_test", "manual__1", "manual", NOW, "ann")


def test_a_resolved_experiment_says_what_it_is_made_of():
    experiment = resolved(learning_rate=0.6, epochs=4, sample_percent=5)

    card = resolved_card(experiment, RUN, NOW)

    assert (card.dataset, card.features, card.model, card.model_type) == (
        *("complete_journey", "basic", "shallow"),
        experiment.model.type,
    )
    assert (card.user, card.run_type, card.logical_date) == ("ann", "manual", NOW)
    assert (card.kind, card.state, card.epochs) == (Kind.EXPERIMENT, State.RESOLVED, (0, 4))
    assert list(card.params)[:7] == [
        *("learning_rate", "epochs", "batch_size", "optimizer"),
        *("sample_percent", "strategy", "holdout_days"),
    ]
    assert (card.params["learning_rate"], card.params["sample_percent"]) == (0.6, 5)
    assert card.warnings == len(experiment.warnings)
    numbered = resolved_card(experiment.model_copy(update={"number": 12}), RUN, NOW)
    assert (numbered.number, numbered.name) == (12, "quick_test #12 · shallow · basic")
    assert card.test_rows
    assert Card.from_json(fitted(card)).params["learning_rate"] == 0.6


def test_what_a_run_chose_of_its_model_is_searched_before_what_the_config_says():
    experiment = resolved(model_options={"embedding_dim": 48})

    assert list(resolved_card(experiment, RUN, NOW).params)[7] == "embedding_dim"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"schedule": "weekly"}, Kind.RETRAINING),
        ({"parent_experiment_id": "quick-test-1-0123456789"}, Kind.RERUN),
        ({"sweep_id": "sweep-1-0123456789", "trial": 0}, Kind.TRIAL),
    ],
)
def test_each_kind_of_run_is_told_from_others(changes, kind):
    assert resolved_card(resolved().model_copy(update=changes), RUN, NOW).kind is kind


def test_an_overfit_check_is_one():
    card = resolved_card(resolved(overfit_rows=32, epochs=100), RUN, NOW)

    assert card.kind is Kind.OVERFIT_CHECK
    assert card.test_rows is None


def test_a_run_of_which_only_the_form_is_known_has_a_card():
    card = unresolved_card({"dataset": "no_such", "features": ["basic"], "model": "fast"}, RUN, NOW)

    assert card.experiment_id == experiment_id("quick_test", "manual__1")
    assert (card.dataset, card.features, card.model, card.kind) == ("no_such", None, "fast", Kind.EXPERIMENT)


@pytest.mark.parametrize(
    ("dag_id", "parameters", "kind"),
    [
        ("retraining_weekly", {}, Kind.RETRAINING),
        ("trainer_rerun", {"experiment": "quick-test-1"}, Kind.RERUN),
        ("overfit_check", {"overfit_rows": 32}, Kind.OVERFIT_CHECK),
    ],
)
def test_a_refused_run_is_of_its_kind(dag_id, parameters, kind):
    run = RunFacts(dag_id, "scheduled__1", "scheduled", NOW, None)

    assert unresolved_card({"model": "fast", **parameters}, run, NOW).kind is kind


def test_a_run_that_was_cleared_forgets_how_it_ended():
    failed = resolved_card(resolved(), RUN, NOW).changed(
        state=State.FAILED, stage="stage_dataset", error="no rows", ended_at=NOW, component="Trainer"
    )
    later = NOW + timedelta(hours=1)

    card = at_work(failed, State.STAGING, "stage_dataset", later)

    assert (card.state, card.stage, card.error, card.ended_at, card.component, card.updated_at) == (
        *(State.STAGING, "stage_dataset", None, None, None),
        later,
    )
    assert card.created_at == NOW
