import math

import numpy as np
import pytest

from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.retrieval_model import RetrievalModel

pytestmark = pytest.mark.tensorflow

QUERIES = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]], np.float32)
PRODUCTS = np.array([[1.0, 1.0], [0.0, 1.0], [1.0, 1.0]], np.float32)
FEATURES = {"row": tf.constant([0, 1, 2]), "product": tf.constant([4, 1, 4])}


class Table(tf_keras.Model):
    """A tower that is a table."""

    def __init__(self, values: np.ndarray) -> None:
        super().__init__()
        self.table = tf.Variable(values)

    def call(self, features):
        return tf.gather(self.table, features["row"])


def _model(**changes) -> RetrievalModel:
    arguments = {"temperature": None, "product_counts": None, "remove_accidental_hits": False, **changes}
    return RetrievalModel(query=Table(QUERIES), candidate=Table(PRODUCTS), product="product", **arguments)


def _by_hand(scores: list[list[float]]) -> float:
    losses = [math.log(sum(math.exp(s) for s in row)) - row[place] for place, row in enumerate(scores)]
    return sum(losses) / len(losses)


def test_plain_loss_is_the_mean_cross_entropy_over_the_batch():
    expected = _by_hand([[1, 0, 1], [2, 2, 2], [2, 1, 2]])
    assert float(_model().compute_loss(FEATURES)) == pytest.approx(expected, rel=1e-5)


def test_temperature_divides_the_scores():
    expected = _by_hand([[2, 0, 2], [4, 4, 4], [4, 2, 4]])
    assert float(_model(temperature=0.5).compute_loss(FEATURES)) == pytest.approx(expected, rel=1e-5)


def test_accidental_hits_are_no_negatives():
    gone = -math.inf
    expected = _by_hand([[1, 0, gone], [2, 2, 2], [gone, 1, 2]])
    assert float(_model(remove_accidental_hits=True).compute_loss(FEATURES)) == pytest.approx(
        expected, rel=1e-5
    )


def test_correction_subtracts_the_log_of_each_products_share():
    # Product 1 has 3 of 10 training rows, product 4 has 7.
    one, four = -math.log(0.3), -math.log(0.7)
    expected = _by_hand(
        [[1 + four, one, 1 + four], [2 + four, 2 + one, 2 + four], [2 + four, 1 + one, 2 + four]]
    )
    model = _model(product_counts=np.array([0, 3, 0, 0, 7]))
    assert float(model.compute_loss(FEATURES)) == pytest.approx(expected, rel=1e-5)


def test_correction_of_a_product_without_training_rows_is_finite():
    model = _model(product_counts=np.array([0, 0, 0, 0, 7]))
    assert math.isfinite(float(model.compute_loss(FEATURES)))


def test_uninformed_loss_is_ln_of_the_batch_size():
    assert float(_model().uninformed_loss(FEATURES)) == pytest.approx(math.log(3), rel=1e-5)


def test_uninformed_loss_is_that_of_equal_scores_under_the_same_corrections():
    changes = {
        "product_counts": np.array([0, 3, 0, 0, 7]),
        "remove_accidental_hits": True,
        "temperature": 0.1,
    }
    model = _model(**changes)
    model.query.table.assign(np.zeros_like(QUERIES))
    assert float(model.uninformed_loss(FEATURES)) == pytest.approx(
        float(model.compute_loss(FEATURES)), rel=1e-5
    )


def test_loss_does_not_depend_on_the_order_of_the_rows():
    order = [2, 0, 1]
    mixed = {name: tf.gather(values, order) for name, values in FEATURES.items()}
    model = _model(remove_accidental_hits=True)
    assert float(model.compute_loss(mixed)) == pytest.approx(float(model.compute_loss(FEATURES)), rel=1e-5)
