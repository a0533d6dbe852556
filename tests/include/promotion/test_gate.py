"""A gate that always says yes, or always no, fails here."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from include.experiment.config.promotion_rule import PromotionRule
from include.promotion.gate import Candidate, Champion, decide

pytestmark = pytest.mark.unit

RULE = PromotionRule(margin=0.01)
CANDIDATE = Candidate(
    experiment_id="new",
    metric="recall@100",
    served=0.33,
    trained=0.33,
    baseline="repeat_purchases",
    baseline_value=0.31,
    verdict="healthy",
    quality_passed=True,
    window_end=datetime(2017, 12, 4, tzinfo=UTC),
    test_start=datetime(2017, 11, 6, tzinfo=UTC),
)
CHAMPION = Champion(
    experiment_id="old",
    version="3",
    served=0.32,
    window_end=datetime(2017, 11, 27, tzinfo=UTC),
    trained_until=datetime(2017, 10, 30, tzinfo=UTC),
)


def ask(candidate=CANDIDATE, champion=CHAMPION, rule=RULE, *, backfilled=False):
    return decide(rule, candidate, champion, backfilled=backfilled)


def test_a_better_candidate_is_promoted_and_the_reason_has_all_three_numbers():
    assert str(ask()) == (
        "promoted: recall@100 is 0.3300, the champion, version 3, has 0.3200, and the best baseline, "
        "repeat_purchases, has 0.3100."
    )


def test_the_first_candidate_is_promoted_by_the_baselines_alone():
    decision = ask(champion=None)
    assert decision.promote
    assert "There was no champion before it." in str(decision)
    assert not ask(replace(CANDIDATE, served=0.312, trained=0.312), None).promote


def test_with_models_swapped_the_answer_is_no():
    swapped = ask(replace(CANDIDATE, served=0.32, trained=0.32), replace(CHAMPION, served=0.33))
    assert str(swapped) == (
        "not promoted: recall@100 0.3200 does not beat the champion, version 3, with 0.3300, by 1 %."
    )


@pytest.mark.parametrize("margin", [0.0, 0.01])
def test_an_equal_candidate_is_not_promoted(margin):
    equal = replace(CHAMPION, served=CANDIDATE.served)
    assert not ask(champion=equal, rule=PromotionRule(margin=margin)).promote


@pytest.mark.parametrize(
    ("served", "margin", "promoted"),
    [(0.3201, 0.0, True), (0.3201, 0.01, False), (0.3231, 0.01, False), (0.3233, 0.01, True)],
)
def test_the_margin_is_a_share_of_what_has_to_be_beaten(served, margin, promoted):
    candidate = replace(CANDIDATE, served=served, trained=served)
    assert ask(candidate, rule=PromotionRule(margin=margin)).promote is promoted


def test_of_an_error_less_is_better():
    candidate = replace(CANDIDATE, metric="rmse", served=2.0, trained=2.0, baseline_value=2.4)
    champion = replace(CHAMPION, served=2.1)
    assert ask(candidate, champion).promote
    assert not ask(replace(candidate, served=2.1, trained=2.1), replace(champion, served=2.0)).promote
    assert not ask(replace(candidate, baseline_value=1.9), champion).promote


def test_better_than_a_champion_that_is_worse_than_a_list_is_not_enough():
    weak = ask(replace(CANDIDATE, baseline_value=0.35))
    assert "does not beat the best baseline, repeat_purchases, with 0.3500" in str(weak)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"verdict": "popularity_echo"}, "The verdict on its training is popularity echo, not healthy."),
        ({"verdict": "unknown"}, "The verdict on its training is unknown, not healthy."),
        ({"quality_passed": False}, "Its rows break critical expectations."),
        ({"served": None}, "It has no recall@100 on the test rows."),
        ({"trained": 0.36}, "it would not be served as it was trained."),
        ({"baseline_value": None}, "No baseline has recall@100 on the test rows."),
    ],
)
@pytest.mark.parametrize("champion", [None, CHAMPION])
def test_what_is_not_fit_is_not_promoted_however_good(change, reason, champion):
    decision = ask(replace(CANDIDATE, **change), champion)
    assert not decision.promote
    assert reason in str(decision)


def test_a_backfilled_run_never_promotes():
    for champion in (None, CHAMPION):
        decision = ask(champion=champion, backfilled=True)
        assert not decision.promote
        assert "A backfilled run never promotes." in str(decision)


def test_an_older_window_never_replaces_a_newer_one():
    newer = replace(CHAMPION, window_end=datetime(2017, 12, 11, tzinfo=UTC))
    assert "is of a later window, until 2017-12-11" in str(ask(champion=newer))


def test_a_champion_without_the_metric_is_not_taken_for_a_bad_one():
    decision = ask(champion=replace(CHAMPION, served=None))
    assert not decision.promote
    assert "so the two cannot be compared: move the alias by hand, or delete it." in str(decision)


@pytest.mark.parametrize(
    ("change", "saw"),
    [
        ({}, False),
        ({"trained_until": CANDIDATE.test_start}, False),
        ({"trained_until": CANDIDATE.window_end}, True),
    ],
)
def test_a_champion_that_saw_the_test_rows_is_said_to_have(change, saw):
    champion = replace(CHAMPION, served=0.5, **change)
    assert champion.saw(CANDIDATE) is saw
    assert ("It was trained on some of these rows, though." in str(ask(champion=champion))) is saw


def test_without_a_test_period_every_champion_saw_the_rows():
    assert CHAMPION.saw(replace(CANDIDATE, test_start=None))


def test_a_champion_is_not_compared_with_itself():
    itself = replace(CHAMPION, experiment_id=CANDIDATE.experiment_id)
    assert str(ask(champion=itself)) == "not promoted: It is the champion already, as version 3."
