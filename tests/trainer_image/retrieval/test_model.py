import numpy as np
import pytest

from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.losses.in_batch import InBatchSoftmax
from recsflow_trainer.retrieval.model import RetrievalModel
from recsflow_trainer.retrieval.product_bias import BiasedCandidate, UnitQuery, log_popularity

pytestmark = pytest.mark.tensorflow

FEATURES = {"product": tf.constant([0, 1], tf.int64)}


class Table(tf_keras.Model):
    """A tower that is a table."""

    def __init__(self, values) -> None:
        super().__init__()
        self.table = tf.Variable(np.array(values, np.float32))

    def call(self, features, training=False):
        return tf.gather(self.table, features["product"])


@pytest.fixture
def loss():
    return InBatchSoftmax(
        product="product", temperature=1.0, product_counts=None, remove_accidental_hits=False
    )


def test_the_loss_gets_the_towers_and_the_batch(loss):
    query, candidate = Table([[1.0], [2.0]]), Table([[3.0], [1.0]])
    model = RetrievalModel(query=query, candidate=candidate, loss=loss)
    # Scores are [[3, 1], [6, 2]].
    expected = (np.log(1 + np.exp(-2)) + np.log(1 + np.exp(4))) / 2
    assert float(model.compute_loss(FEATURES)) == pytest.approx(expected, rel=1e-5)
    assert float(model.uninformed_loss(FEATURES)) == pytest.approx(np.log(2), rel=1e-5)


def test_a_bias_is_added_to_every_score_of_its_product():
    query = UnitQuery(Table([[1.0], [2.0]]))
    candidate = BiasedCandidate(Table([[3.0], [1.0]]), "product", np.array([10.0, 20.0], np.float32))
    scores = tf.matmul(query(FEATURES), candidate(FEATURES), transpose_b=True)
    assert scores.numpy().tolist() == [[13, 21], [16, 22]]
    assert len(candidate.trainable_weights) == 2


def test_a_bias_starts_at_the_log_of_the_products_share():
    start = log_popularity(np.array([3.0, 1.0, 0.0]))
    assert start[0] - start[1] == pytest.approx(np.log(3), abs=0.002)
    assert np.isfinite(start[2])
