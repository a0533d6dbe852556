import math

import numpy as np
import pytest

from recsflow_trainer.keras import tf
from recsflow_trainer.losses.in_batch import InBatchSoftmax

pytestmark = pytest.mark.tensorflow

QUERIES = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]], np.float32)
PRODUCTS = np.array([[1.0, 1.0], [0.0, 1.0], [1.0, 1.0]], np.float32)
FEATURES = {"row": tf.constant([0, 1, 2]), "product": tf.constant([4, 1, 4], tf.int64)}


def _loss(**changes) -> InBatchSoftmax:
    arguments = {"temperature": 1.0, "product_counts": None, "remove_accidental_hits": False, **changes}
    return InBatchSoftmax(product="product", **arguments)


def _of(loss: InBatchSoftmax, features=FEATURES, queries=QUERIES, products=PRODUCTS) -> float:
    return float(
        loss(lambda f: tf.gather(queries, f["row"]), lambda f: tf.gather(products, f["row"]), features)
    )


def _by_hand(scores: list[list[float]]) -> float:
    losses = [math.log(sum(math.exp(s) for s in row)) - row[place] for place, row in enumerate(scores)]
    return sum(losses) / len(losses)


def test_plain_loss_is_the_mean_cross_entropy_over_the_batch():
    assert _of(_loss()) == pytest.approx(_by_hand([[1, 0, 1], [2, 2, 2], [2, 1, 2]]), rel=1e-5)


def test_temperature_divides_the_scores():
    assert _of(_loss(temperature=0.5)) == pytest.approx(_by_hand([[2, 0, 2], [4, 4, 4], [4, 2, 4]]), rel=1e-5)


def test_accidental_hits_are_no_negatives():
    gone = -math.inf
    expected = _by_hand([[1, 0, gone], [2, 2, 2], [gone, 1, 2]])
    assert _of(_loss(remove_accidental_hits=True)) == pytest.approx(expected, rel=1e-5)


def test_correction_subtracts_the_log_of_each_products_share():
    # Product 1 has 3 of 10 training rows, product 4 has 7.
    one, four = -math.log(0.3), -math.log(0.7)
    expected = _by_hand(
        [[1 + four, one, 1 + four], [2 + four, 2 + one, 2 + four], [2 + four, 1 + one, 2 + four]]
    )
    assert _of(_loss(product_counts=np.array([0, 3, 0, 0, 7]))) == pytest.approx(expected, rel=1e-5)


def test_correction_of_a_product_without_training_rows_is_finite():
    assert math.isfinite(_of(_loss(product_counts=np.array([0, 0, 0, 0, 7]))))


def test_extra_negatives_are_drawn_from_the_catalogue():
    # The only product that can be drawn scores 1, 2 and 2 with the three queries, like rows 0 and 2 do.
    catalogue = {"row": np.array([2], np.int32), "product": np.array([9])}
    loss = _loss(catalogue=catalogue, extra_negatives=2)
    expected = _by_hand([[1, 0, 1, 1, 1], [2, 2, 2, 2, 2], [2, 1, 2, 2, 2]])
    assert _of(loss) == pytest.approx(expected, rel=1e-5)


def test_an_extra_negative_is_corrected_by_its_even_chance_and_not_by_its_popularity():
    # Each of the two places of the catalogue is drawn one time in two; its product has 1 of 20 rows.
    catalogue = {"row": np.array([2, 2], np.int32), "product": np.array([9, 9])}
    counts = np.array([0, 5, 0, 0, 14, 0, 0, 0, 0, 1])
    one, four, even = -math.log(5 / 20), -math.log(14 / 20), -math.log(1 / 2)
    expected = _by_hand(
        [
            [1 + four, one, 1 + four, 1 + even],
            [2 + four, 2 + one, 2 + four, 2 + even],
            [2 + four, 1 + one, 2 + four, 2 + even],
        ]
    )
    loss = _loss(product_counts=counts, catalogue=catalogue, extra_negatives=1)
    assert _of(loss) == pytest.approx(expected, rel=1e-5)


def test_each_half_of_a_catalogue_has_half_of_the_denominator_where_all_products_score_the_same():
    products, batch, random = 1_000, 4_000, np.random.default_rng(1)
    counts = np.round(1e7 / np.arange(1, products + 1)).astype(np.int64)
    rows = random.choice(products, batch, p=counts / counts.sum())
    every = np.arange(products)
    loss = _loss(product_counts=counts, catalogue={"product": every}, extra_negatives=batch)
    biases = tf.Variable(tf.zeros([products]))
    tf.random.set_seed(1)
    with tf.GradientTape() as tape:
        total = loss(
            lambda f: tf.ones([batch, 1]),
            lambda f: tf.gather(biases, f["product"])[:, None],
            {"product": tf.constant(rows)},
        )
    gradient = tf.convert_to_tensor(tape.gradient(total, biases)).numpy()
    of_denominator = gradient + np.bincount(rows, minlength=products) / batch
    assert of_denominator.sum() == pytest.approx(1.0, abs=1e-3)
    assert of_denominator[every >= products // 2].sum() == pytest.approx(0.5, abs=0.03)


def test_an_extra_negative_that_is_the_rows_own_product_is_an_accidental_hit():
    catalogue = {"row": np.array([2], np.int32), "product": np.array([4])}
    loss = _loss(catalogue=catalogue, extra_negatives=1, remove_accidental_hits=True)
    gone = -math.inf
    expected = _by_hand([[1, 0, gone, gone], [2, 2, 2, 2], [gone, 1, 2, gone]])
    assert _of(loss) == pytest.approx(expected, rel=1e-5)


def test_uninformed_loss_is_ln_of_the_batch_size():
    assert float(_loss().uninformed(FEATURES)) == pytest.approx(math.log(3), rel=1e-5)


def test_uninformed_loss_is_that_of_equal_scores_under_the_same_corrections():
    loss = _loss(product_counts=np.array([0, 3, 0, 0, 7]), remove_accidental_hits=True, temperature=0.1)
    equal = _of(loss, queries=np.zeros_like(QUERIES))
    assert float(loss.uninformed(FEATURES)) == pytest.approx(equal, rel=1e-5)


def test_loss_does_not_depend_on_the_order_of_the_rows():
    mixed = {name: tf.gather(values, [2, 0, 1]) for name, values in FEATURES.items()}
    loss = _loss(remove_accidental_hits=True)
    assert _of(loss, mixed) == pytest.approx(_of(loss), rel=1e-5)
