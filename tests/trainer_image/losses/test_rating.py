"""Losses of a rating head by hand, their best constants, and rows without a target."""

import math

import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.pairwise import PairwiseRankLoss
from recsflow_trainer.losses.rating import (
    BinaryCrossentropy,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    best_constant,
    best_shift,
)

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        # Errors 1, -3 and 0.
        (MeanSquaredError(), 10 / 3),
        (MeanAbsoluteError(), 4 / 3),
        # 0.5 * 1², then 0.5 * 2² + 2 * (3 - 2) = 4.
        (Huber(delta=2.0), 4.5 / 3),
    ],
)
def test_errors_by_hand(loss, expected):
    outputs, targets = tf.constant([2.0, 1.0, 5.0]), tf.constant([1.0, 4.0, 5.0])
    assert float(loss(outputs, targets)) == pytest.approx(expected)


def test_crossentropy_by_hand():
    # A logit of ln 3 is a probability of 3/4.
    outputs, targets = tf.constant([math.log(3), math.log(3)]), tf.constant([1.0, 0.0])
    expected = -(math.log(3 / 4) + math.log(1 / 4)) / 2
    assert float(BinaryCrossentropy()(outputs, targets)) == pytest.approx(expected)


LOSSES = [MeanSquaredError(), MeanAbsoluteError(), Huber(0.5), BinaryCrossentropy()]


@pytest.mark.parametrize("loss", LOSSES)
def test_rows_without_a_target_do_not_count(loss):
    outputs = tf.Variable([0.3, -1.0, 0.7])
    with tf.GradientTape() as tape:
        value = loss(outputs, tf.constant([1.0, math.nan, 0.0]))
    assert float(value) == pytest.approx(float(loss(tf.constant([0.3, 0.7]), tf.constant([1.0, 0.0]))))
    gradient = tape.gradient(value, outputs).numpy()
    assert gradient[1] == 0.0
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_batch_without_a_target_is_zero_with_zero_gradients(loss):
    outputs = tf.Variable([0.3, -1.0])
    with tf.GradientTape() as tape:
        value = loss(outputs, tf.constant([math.nan, math.nan]))
    assert float(value) == 0.0
    np.testing.assert_array_equal(tape.gradient(value, outputs), [0.0, 0.0])


def test_best_constants_by_hand():
    targets = np.array([0.0, 0.0, 1.0, 7.0], np.float32)
    assert best_constant(MeanSquaredError(), targets) == pytest.approx(2.0)
    assert best_constant(MeanAbsoluteError(), targets) == pytest.approx(0.5)
    # Errors cut off at 1: -c, -c, 1 - c and 1 sum up to 0 at c = 2/3.
    assert best_constant(Huber(delta=1.0), targets) == pytest.approx(2 / 3)
    assert best_constant(BinaryCrossentropy(), np.array([1, 0, 0, 0], np.float32)) == pytest.approx(
        math.log(1 / 3)
    )
    assert best_constant(PairwiseRankLoss(), targets) == 0.0


@pytest.mark.parametrize("loss", LOSSES)
def test_no_other_constant_is_better(loss):
    targets = (np.random.default_rng(1).random(200) < 0.3).astype(np.float32)
    best = best_constant(loss, targets)
    at_best = float(loss(tf.fill([200], best), targets))
    for other in (best - 0.1, best + 0.1):
        assert float(loss(tf.fill([200], other), targets)) >= at_best


def test_delta_out_of_range_is_refused():
    with pytest.raises(DeclarationError, match=r"Huber\.delta is 0; use a finite number above 0"):
        Huber(delta=0)


def test_unknown_loss_has_no_best_constant():
    with pytest.raises(DeclarationError, match="has no known best constant"):
        best_constant(lambda outputs, targets: tf.reduce_sum(outputs), np.zeros(1, np.float32))


# Ten rows whose outputs are too low by about 2: by 1 five times, by 2 four times, by 9 once.
OUTPUTS = np.arange(10.0)
TARGETS = OUTPUTS + np.array([1, 1, 1, 1, 1, 2, 2, 2, 2, 9])


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (MeanSquaredError(), 22 / 10),
        (MeanAbsoluteError(), 1.5),
        # Within 3 of the centre lie all but the last: 9 * centre = 13 + 3.
        (Huber(3.0), 16 / 9),
        (PairwiseRankLoss(), 22 / 10),
    ],
)
def test_what_all_outputs_are_off_by_is_measured_as_the_loss_does(loss, expected):
    assert best_shift(loss, OUTPUTS, TARGETS) == pytest.approx(expected)


def test_shifted_logits_have_the_targets_mean_as_their_mean_probability():
    # Of 400 rows with a probability of 1/2 and of 1/4, 3 in 4 are 1.
    outputs = np.repeat([0.0, -math.log(3)], 200)
    targets = np.tile([1.0, 1.0, 1.0, 0.0], 100)
    shift = best_shift(BinaryCrossentropy(), outputs, targets)
    assert np.mean(1 / (1 + np.exp(-outputs - shift))) == pytest.approx(0.75)


def test_a_shift_that_chance_explains_is_left_alone():
    errors = np.tile([1.0, -1.0], 50)
    # The standard error of the mean of 100 such rows is 0.1.
    assert best_shift(MeanSquaredError(), errors * 0, errors + 0.15) == 0.0
    assert best_shift(MeanSquaredError(), errors * 0, errors + 0.25) == pytest.approx(0.25)
