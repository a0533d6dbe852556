"""Pooling over the nodes of each graph."""

import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.graphs.pooling import MaskedPooling, check_pooling
from recsflow_trainer.keras import tf

pytestmark = pytest.mark.tensorflow

NODES = tf.constant([[1.0, -4.0], [3.0, -2.0], [5.0, 7.0]])


def test_poolings_by_hand():
    pooled = MaskedPooling(["mean", "max", "sum"], name="pooling")(NODES, tf.constant([0, 0, 1]), 2)
    np.testing.assert_allclose(pooled, [[2, -3, 3, -2, 4, -6], [5, 7, 5, 7, 5, 7]])


def test_masked_nodes_do_not_count():
    pooled = MaskedPooling(["mean", "max"], name="pooling")(NODES, tf.constant([0, 0, -1]), 1)
    np.testing.assert_allclose(pooled, [[2, -3, 3, -2]])


def test_graph_without_nodes_is_zero():
    pooled = MaskedPooling(["mean", "max", "sum"], name="pooling")(NODES, tf.constant([0, 0, 2]), 3)
    np.testing.assert_allclose(pooled[1], np.zeros(6))


@pytest.mark.parametrize("pooling", [[], ["mean", "median"]])
def test_unknown_pooling_is_refused(pooling):
    with pytest.raises(DeclarationError, match=r"pooling is .*; use one or more of: mean, max, sum"):
        check_pooling(pooling, "GraphRanking.pooling")
