import pytest

from include.overview.failure import failure_of
from tests.include.cards.cards import card

pytestmark = pytest.mark.unit


def test_what_the_component_wrote_goes_before_what_the_task_says():
    broken = {
        "name": "Trainer",
        "state": "failed",
        "seconds": 3.0,
        "error": "epoch 2\nValueError: loss is nan\n",
    }
    found = failure_of(
        card(1, error=None),
        None,
        outcome={"status": "failed", "message": "", "components": [broken]},
        errors={"wait_for_pipeline": "component Trainer failed"},
    )
    assert found is not None
    assert (found.component, found.task) == ("Trainer", "wait_for_pipeline")
    assert found.lines == ("epoch 2", "ValueError: loss is nan")


def test_the_cards_sentence_comes_first_and_the_first_task_that_failed_is_named():
    errors = {"stage_dataset": "table shop.orders is gone\nrestore it", "cache_metrics": "recorded as failed"}
    found = failure_of(card(1, error="shop.orders is gone"), None, errors=errors)
    assert found is not None
    assert (found.sentence, found.task) == ("shop.orders is gone", "stage_dataset")
    assert found.lines == ("table shop.orders is gone", "restore it")


def test_where_nobody_said_anything_there_is_no_sentence():
    assert failure_of(card(1), None) is None


def test_a_sentence_that_the_card_has_cut_is_told_whole():
    said = f"1 problem in the configuration:\n  - run parameters: {'x' * 400}; use y."
    found = failure_of(card(1, error=f"run parameters: {'x' * 400}; use y."), None, errors={"resolve": said})

    assert found is not None
    assert found.sentence == f"run parameters: {'x' * 400}; use y."
