import numpy as np
import pytest

from recsflow_trainer.features import Vocabulary
from recsflow_trainer.keras import tf_keras
from recsflow_trainer.towers.unseen_values import average_unseen
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow


def test_unseen_values_get_the_mean_of_the_rows():
    layer = tf_keras.layers.Embedding(4, 2, name="shop")
    tower = tf_keras.Sequential([layer])
    tower(np.array([0]))
    layer.set_weights([np.array([[1.0, 0.0], [9.0, 9.0], [5.0, 8.0], [7.0, 7.0]], np.float32)])
    # Three rows of value 0 and one of value 2: ((3 * 1 + 5) / 4, (3 * 0 + 8) / 4).
    average_unseen(tower, [Vocabulary("shop", dim=2)], {"shop": np.array([0, 2, 0, 0])})
    assert layer.get_weights()[0].tolist() == [[1.0, 0.0], [2.0, 2.0], [5.0, 8.0], [2.0, 2.0]]


def test_a_model_without_unseen_values_stays_as_it_is():
    layer = tf_keras.layers.Embedding(2, 2, name="shop")
    tower = tf_keras.Sequential([layer])
    tower(np.array([0]))
    before = layer.get_weights()[0]
    average_unseen(tower, [Vocabulary("shop", dim=2)], {"shop": np.array([0, 1])})
    assert (layer.get_weights()[0] == before).all()


def test_a_served_stranger_is_the_average_customer(small_experiment, tmp_path):
    inputs = small_experiment.inputs
    declaration = declared()
    model = declaration.build(inputs)
    declaration.save(model, inputs, str(tmp_path))
    ids = inputs.splits.train.columns["household_id"]
    table = next(layer.embeddings.numpy() for layer in model.query.submodules if layer.name == "household_id")
    stranger = declaration.query.id_feature("household_id").vocabulary_size(inputs.tft_output)
    np.testing.assert_allclose(table[stranger], table[ids].mean(axis=0), rtol=1e-4, atol=1e-6)
