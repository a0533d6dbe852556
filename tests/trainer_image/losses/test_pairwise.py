"""The pairwise rank loss, by hand, against a slow reference, and at its edges."""

import itertools
import math
from typing import Any

import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.pairwise import PairwiseRankLoss

pytestmark = pytest.mark.tensorflow


def _loss(loss: PairwiseRankLoss, scores: list[float], targets: list[float]) -> float:
    return float(loss(tf.constant(scores), tf.constant(targets)))


def _slow(loss: PairwiseRankLoss, scores: np.ndarray, targets: np.ndarray) -> float:
    """The definition, pair by pair."""
    total = weights = 0.0
    for i, j in itertools.permutations(range(len(targets)), 2):
        difference = float(targets[i]) - float(targets[j])
        if abs(difference) <= loss.tie_eps or difference <= loss.margin_eps:
            continue
        weight = difference if loss.weight_by_difference else 1.0
        total += weight * math.log1p(math.exp(-(float(scores[i]) - float(scores[j])) / loss.temperature))
        weights += weight
    return total / weights if weights else 0.0


def test_three_rows_by_hand():
    # Targets 3 > 2 > 0. Pairs by score difference: (0,1) 1-2=-1, (0,2) 1-1=0, (1,2) 2-1=1.
    # softplus(1)=1.313262, softplus(0)=0.693147, softplus(-1)=0.313262; their mean is 0.773224.
    assert _loss(PairwiseRankLoss(), [1.0, 2.0, 1.0], [3.0, 2.0, 0.0]) == pytest.approx(0.773224, abs=1e-6)


def test_weights_are_differences_of_the_targets():
    # The same pairs weigh 1, 3 and 2: (1.313262 + 3 * 0.693147 + 2 * 0.313262) / 6 = 0.669871.
    loss = PairwiseRankLoss(weight_by_difference=True)
    assert _loss(loss, [1.0, 2.0, 1.0], [3.0, 2.0, 0.0]) == pytest.approx(0.669871, abs=1e-6)


def test_temperature_divides_the_scores():
    # One pair with score difference 1 at temperature 0.5: softplus(-2) = 0.126928.
    assert _loss(PairwiseRankLoss(temperature=0.5), [2.0, 1.0], [1.0, 0.0]) == pytest.approx(
        0.126928, abs=1e-6
    )


def test_margin_leaves_close_pairs_out():
    # With a margin of 1 only (0,2), difference 3, and (1,2), difference 2, count:
    # (0.693147 + 0.313262) / 2 = 0.503204.
    loss = PairwiseRankLoss(margin_eps=1.0)
    assert _loss(loss, [1.0, 2.0, 1.0], [3.0, 2.0, 0.0]) == pytest.approx(0.503204, abs=1e-6)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    "loss",
    [
        PairwiseRankLoss(),
        PairwiseRankLoss(margin_eps=0.5, temperature=0.3),
        PairwiseRankLoss(margin_eps=0.1, tie_eps=0.4, weight_by_difference=True, temperature=2.0),
    ],
)
def test_equals_the_slow_reference(loss: PairwiseRankLoss, seed: int):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=23).astype(np.float32)
    targets = rng.choice([0.0, 0.25, 0.5, 1.0, 3.0], size=23).astype(np.float32)
    assert float(loss(scores, targets)) == pytest.approx(_slow(loss, scores, targets), rel=1e-5)


def test_right_order_is_better_than_no_order_and_reversed_order_is_worse():
    targets = [1.0, 2.0, 3.0, 4.0]
    loss = PairwiseRankLoss()
    right, none, wrong = (
        _loss(loss, scores, targets) for scores in ([-3.0, -1.0, 1.0, 3.0], [0.5] * 4, [3.0, 1.0, -1.0, -3.0])
    )
    assert right < none < wrong
    assert none == pytest.approx(math.log(2))


def test_order_of_the_rows_does_not_matter():
    rng = np.random.default_rng(7)
    scores, targets = rng.normal(size=(2, 40)).astype(np.float32)
    order = rng.permutation(40)
    loss = PairwiseRankLoss(weight_by_difference=True)
    assert float(loss(scores[order], targets[order])) == pytest.approx(float(loss(scores, targets)), rel=1e-5)


def test_adding_a_constant_to_all_scores_does_not_matter():
    loss = PairwiseRankLoss()
    assert _loss(loss, [11.0, 12.0, 11.0], [3.0, 2.0, 0.0]) == pytest.approx(
        _loss(loss, [1.0, 2.0, 1.0], [3.0, 2.0, 0.0]), rel=1e-5
    )


def test_gradient_raises_the_score_of_the_higher_target():
    scores = tf.Variable([0.0, 0.0, 0.0])
    with tf.GradientTape() as tape:
        loss = PairwiseRankLoss()(scores, tf.constant([2.0, 1.0, 0.0]))
    # Each pair pulls with 1/2 at equal scores, a third each: the middle row's two pulls cancel out.
    np.testing.assert_allclose(tape.gradient(loss, scores), [-1 / 3, 0.0, 1 / 3], atol=1e-6)


@pytest.mark.parametrize(
    "targets",
    [[1.0, 1.0, 1.0], [1.0, 1.0 + 1e-7, 1.0], [math.nan, math.nan, math.nan], [math.nan, 1.0, math.nan]],
)
@pytest.mark.parametrize("weight_by_difference", [False, True])
def test_batch_without_a_pair_is_zero_with_zero_gradients(targets: list[float], weight_by_difference: bool):
    scores = tf.Variable([5.0, -2.0, 0.0])
    with tf.GradientTape() as tape:
        loss = PairwiseRankLoss(weight_by_difference=weight_by_difference)(scores, tf.constant(targets))
    gradient = tape.gradient(loss, scores)
    assert float(loss) == 0.0
    assert gradient is not None
    np.testing.assert_array_equal(gradient, [0.0, 0.0, 0.0])


def test_row_without_a_target_is_in_no_pair():
    with_it = _loss(PairwiseRankLoss(), [1.0, 9.0, 2.0, 1.0], [3.0, math.nan, 2.0, 0.0])
    assert with_it == pytest.approx(_loss(PairwiseRankLoss(), [1.0, 2.0, 1.0], [3.0, 2.0, 0.0]))


def test_large_scores_stay_finite():
    scores = tf.Variable([-1e4, 1e4])
    with tf.GradientTape() as tape:
        loss = PairwiseRankLoss(temperature=0.1)(scores, tf.constant([1.0, 0.0]))
    assert float(loss) == pytest.approx(2e5)
    assert np.isfinite(tape.gradient(loss, scores)).all()


def test_columns_are_taken_as_rows():
    scores, targets = tf.constant([[1.0], [2.0], [1.0]]), tf.constant([[3.0], [2.0], [0.0]])
    assert float(PairwiseRankLoss()(scores, targets)) == pytest.approx(0.773224, abs=1e-6)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"margin_eps": -0.1}, "PairwiseRankLoss.margin_eps is -0.1; use a finite number, 0 or more."),
        ({"tie_eps": math.nan}, "PairwiseRankLoss.tie_eps is nan; use a finite number, 0 or more."),
        ({"temperature": 0.0}, "PairwiseRankLoss.temperature is 0.0; use a finite number above 0."),
    ],
)
def test_values_out_of_range_are_refused(options: dict[str, Any], sentence: str):
    with pytest.raises(DeclarationError, match=sentence):
        PairwiseRankLoss(**options)
