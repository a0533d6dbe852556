"""Causes told from numbers; each observation differs from a healthy one in what its test is about."""

import math
from dataclasses import replace

import pytest

from recsflow_trainer.overfit.observation import criteria
from recsflow_trainer.overfit.red_flags import red_flags
from tests.trainer_image.overfit.observations import HEALTHY, MATCHED, RATED

pytestmark = pytest.mark.tensorflow


def flagged(**changes):
    return [(flag.name, str(flag.look_at)) for flag in red_flags(replace(HEALTHY, **changes))]


def random_order(**changes):
    measures = {"pairwise_accuracy": 0.52, "spearman": 0.05}
    return replace(RATED, measures=measures, order=0.52, **changes)


def met(**changes):
    return {each.name: each.met for each in criteria(replace(HEALTHY, **changes))}


@pytest.mark.parametrize("fits", [[RATED], [MATCHED], [MATCHED, RATED]])
def test_a_model_that_learnt_its_rows_has_no_flags(fits):
    assert flagged(fits=fits) == []
    assert all(met(fits=fits).values())


def test_the_wrong_order_points_to_the_loss():
    measures = {"pairwise_accuracy": 0.02, "spearman": -0.97}
    reversed_fit = replace(RATED, measures=measures, order=0.02)
    assert flagged(fits=[reversed_fit]) == [("wrong_sign", "loss")]
    # A negated loss falls for ever, one that is only read the wrong way round need not.
    assert flagged(fits=[reversed_fit], final_loss=2.5) == [("wrong_sign", "loss")]
    assert flagged(fits=[reversed_fit], initial_loss=-2.0, final_loss=-90.0) == [("wrong_sign", "loss")]


def test_candidates_ranked_the_wrong_way_round_point_to_the_loss():
    fit = replace(MATCHED, measures={"recall@1": 0.0}, order=0.01)
    assert flagged(fits=[fit]) == [("wrong_sign", "loss")]


def test_a_negated_softmax_puts_any_other_candidate_first_and_points_to_the_loss():
    fit = replace(MATCHED, measures={"recall@1": 0.0}, order=0.5)
    assert flagged(fits=[fit], initial_loss=-2.0, final_loss=-90.0) == [("wrong_sign", "loss")]


def test_a_loss_that_was_learnt_with_a_random_order_points_to_the_data():
    assert flagged(fits=[random_order()]) == [("wrong_targets", "data")]


def test_a_loss_of_knowing_nothing_with_living_gradients_points_to_the_data():
    living = [{"query": 0.3, "candidate": 0.4}]
    assert flagged(fits=[random_order()], final_loss=1.95, gradient_norms=living) == [
        ("nothing_learnt", "data")
    ]


def test_a_loss_that_does_not_move_points_to_the_step():
    living = [{"query": 0.3, "candidate": 0.4}]
    assert flagged(fits=[random_order()], final_loss=1.999, gradient_norms=living) == [
        ("unchanged_loss", "loss")
    ]


def test_a_rising_loss_points_to_the_loss():
    living = [{"query": 0.3, "candidate": 0.4}]
    assert flagged(fits=[random_order()], final_loss=3.1, gradient_norms=living) == [("loss_rises", "loss")]


def test_gradients_that_vanish_before_anything_is_learnt_point_to_the_forward_pass():
    assert flagged(fits=[random_order()], final_loss=2.0) == [("vanished_gradient", "forward pass")]


def test_no_gradient_is_the_one_cause_of_all_that_follows_from_it():
    fit = random_order(score_std=0.0)
    dead = [{"query": 0.005, "candidate": 0.0}]
    assert flagged(fits=[fit], final_loss=2.0, gradient_norms=dead) == [("no_gradient", "forward pass")]


def test_a_dead_tower_fails_a_check_that_another_tower_passes():
    norms = [{"query": 0.5, "candidate": 0.0}]
    assert all(met(gradient_norms=norms).values())
    assert flagged(gradient_norms=norms) == [("dead_tower", "forward pass")]


def test_constant_scores_point_to_the_forward_pass():
    assert flagged(fits=[random_order(score_std=0.01)], final_loss=1.5) == [
        ("constant_scores", "forward pass")
    ]


def test_constant_targets_point_to_the_data():
    fit = random_order(target_std=0.0, score_std=0.0)
    assert flagged(fits=[fit], final_loss=0.0) == [("constant_targets", "data")]


@pytest.mark.parametrize(
    "changes", [{"final_loss": math.nan}, {"fits": [replace(RATED, score_std=math.nan)]}]
)
def test_what_is_not_a_number_points_to_the_loss(changes):
    assert flagged(**changes) == [("not_finite", "loss")]


def test_rows_learnt_in_part_ask_for_more_of_the_same():
    fit = replace(RATED, measures={"pairwise_accuracy": 0.85, "spearman": 0.7}, order=0.85)
    assert flagged(fits=[fit], final_loss=1.5) == [("not_memorized", "forward pass")]


def test_evidence_has_the_numbers():
    (flag,) = red_flags(replace(HEALTHY, fits=[random_order()]))
    assert "spearman 0.050 is not above 0.8" in flag.evidence
    assert "loss went from 2 to 0.1" in flag.evidence
