"""What the check asks for, on an observation of a healthy model with a change."""

from dataclasses import replace

import pytest

from recsflow_trainer.overfit.observation import criteria, score_std_names
from tests.contracts.reported_metrics import is_declared
from tests.trainer_image.overfit.observations import HEALTHY, MATCHED, RATED

pytestmark = pytest.mark.tensorflow


def met(**changes):
    return {each.name: each.met for each in criteria(replace(HEALTHY, **changes))}


def test_bounds_are_those_of_the_check():
    asked = {each.name: each.bound for each in criteria(replace(HEALTHY, fits=[RATED, MATCHED]))}
    assert asked == {
        "final_loss": pytest.approx(1.8),
        "gradient_norm": 0.01,
        "pairwise_accuracy": 0.9,
        "spearman": 0.8,
        "score_std of pairwise_accuracy": 0.1,
        "recall@1": 0.9,
        "score_std of recall@1": 0.1,
    }


@pytest.mark.parametrize(
    "fits", [[RATED], [MATCHED], [MATCHED, RATED]], ids=["rating", "retrieval", "multitask"]
)
def test_the_orchestrator_knows_each_number_of_an_epoch_of_the_check(fits):
    reported = {*score_std_names(fits), *(name for fit in fits for name in fit.measures)}
    assert {name for name in reported if not is_declared(name)} == set()


def test_gradient_norm_is_the_largest_over_all_towers_together():
    (norm,) = [each.value for each in criteria(HEALTHY) if each.name == "gradient_norm"]
    assert norm == pytest.approx(0.5)


def test_targets_that_hardly_differ_need_scores_that_hardly_differ():
    close = replace(RATED, score_std=0.029, target_std=0.06)
    assert not met(fits=[close])["score_std"]
    assert met(fits=[replace(close, score_std=0.031)])["score_std"]


def test_a_loss_that_starts_above_knowing_nothing_must_fall_below_it():
    assert met(initial_loss=9.0, final_loss=2.0)["final_loss"] is False
    assert met(initial_loss=9.0, final_loss=1.7)["final_loss"] is True
