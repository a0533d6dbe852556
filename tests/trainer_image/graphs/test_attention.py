"""Graph attention by hand, and what must not change its answers."""

import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.graphs.attention import GraphAttention, segment_softmax
from recsflow_trainer.keras import tf

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def layer():
    tf.keras.utils.set_random_seed(3)
    return GraphAttention(4, heads=2).build("attention")


def star(rng, nodes=5):
    features = rng.normal(size=[nodes, 3]).astype(np.float32)
    edges = np.array([[a, b] for a in range(nodes) for b in range(nodes) if a != b], np.int32)
    return features, edges, rng.random([len(edges), 1]).astype(np.float32)


def test_softmax_is_taken_within_each_segment():
    scores = tf.constant([[0.0], [np.log(3.0)], [100.0], [0.0]])
    weights = segment_softmax(scores, tf.constant([0, 0, 2, 0]), tf.constant(3))
    np.testing.assert_allclose(weights[:, 0], [0.2, 0.6, 1.0, 0.2], rtol=1e-6)


def test_output_by_hand():
    """Two neighbours of one node; every weight is chosen, so that each step can be followed on paper."""
    layer = GraphAttention(1, heads=1).build("attention")
    nodes, edges = tf.constant([[1.0], [2.0], [0.0]]), tf.constant([[0, 2], [1, 2]])
    features = tf.constant([[0.0], [1.0]])
    layer(nodes, edges, features)
    weights = {layer.source: 1.0, layer.target: 0.0, layer.edge: -3.0, layer.residual: 0.0}
    for dense, weight in weights.items():
        dense.kernel.assign([[weight]])
    layer.score.assign([[1.0]])
    layer.norm = lambda values: values
    # Hidden: 1 and 2 - 3 = -1, which leaks to -0.2; weights e^1 and e^-0.2; messages 1 and 2.
    high, low = np.exp(1.0), np.exp(-0.2)
    expected = (high * 1 + low * 2) / (high + low)
    np.testing.assert_allclose(layer(nodes, edges, features)[:, 0], [0.0, 0.0, expected], rtol=1e-6)


def test_node_without_edges_keeps_what_it_knows(layer):
    rng = np.random.default_rng(0)
    nodes, edges, features = star(rng)
    lonely = np.concatenate([nodes, [[5.0, -5.0, 1.0], [0.0, 4.0, 1.0]]]).astype(np.float32)
    states = layer(lonely, edges, features).numpy()
    assert not np.allclose(states[5], states[6])


def test_order_of_edges_does_not_matter(layer):
    nodes, edges, features = star(np.random.default_rng(1))
    order = np.random.default_rng(2).permutation(len(edges))
    np.testing.assert_allclose(
        layer(nodes, edges, features), layer(nodes, edges[order], features[order]), atol=1e-6
    )


def test_order_of_nodes_carries_over(layer):
    nodes, edges, features = star(np.random.default_rng(1))
    order = np.array([3, 0, 4, 1, 2])
    place = np.argsort(order)
    np.testing.assert_allclose(
        layer(nodes, edges, features).numpy()[order],
        layer(nodes[order], place[edges].astype(np.int32), features),
        atol=1e-6,
    )


def test_graphs_side_by_side_do_not_mix(layer):
    rng = np.random.default_rng(4)
    (a, a_edges, a_features), (b, b_edges, b_features) = star(rng), star(rng, 3)
    together = layer(
        np.concatenate([a, b]),
        np.concatenate([a_edges, b_edges + len(a)]).astype(np.int32),
        np.concatenate([a_features, b_features]),
    )
    np.testing.assert_allclose(together[:5], layer(a, a_edges, a_features), atol=1e-6)
    np.testing.assert_allclose(together[5:], layer(b, b_edges, b_features), atol=1e-6)


def test_scores_depend_on_the_node_that_attends(layer):
    """What version 2 adds: two nodes with the same neighbours may rank them differently."""
    nodes, edges, features = star(np.random.default_rng(1))
    layer(nodes, edges, features)
    hidden = layer.source(nodes)[None] + layer.target(nodes)[:, None]
    scores = tf.reduce_sum(tf.nn.leaky_relu(tf.reshape(hidden, [5, 5, 2, 4])) * layer.score, axis=3).numpy()
    differences = scores - scores[:, :1]
    assert not np.allclose(differences[0], differences[1])


def test_edges_without_features(layer):
    nodes, edges, _ = star(np.random.default_rng(1))
    assert layer(nodes, edges, np.zeros([len(edges), 0], np.float32)).shape == (5, 8)


def test_every_weight_gets_a_gradient(layer):
    nodes, edges, features = star(np.random.default_rng(1))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(layer(nodes, edges, features) - 1.0))
    gradients = tape.gradient(loss, layer.trainable_variables)
    assert {v.name for v, g in zip(layer.trainable_variables, gradients, strict=True) if g is None} == set()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": 0}, "units is 0; use 1 or more"),
        ({"units": 4, "heads": 0}, "heads is 0; use 1 or more"),
        ({"units": 4, "dropout": 1.0}, "dropout is 1.0; use at least 0 and less than 1"),
    ],
)
def test_wrong_declaration_is_refused(arguments, message):
    with pytest.raises(DeclarationError, match=message):
        GraphAttention(**arguments)
