from dataclasses import replace

import numpy as np
import pytest

from recsflow_trainer.features import Vocabulary
from recsflow_trainer.history.declaration import History
from recsflow_trainer.keras import tf_keras
from recsflow_trainer.losses.rating import MeanSquaredError
from recsflow_trainer.ranking.rating import Rating
from recsflow_trainer.towers.unseen_values import UnseenValues
from tests.trainer_image.ranking.test_declaration import ranked
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow


def test_unseen_values_get_the_mean_of_the_rows():
    layer = tf_keras.layers.Embedding(4, 2, name="shop")
    tower = tf_keras.Sequential([layer])
    tower(np.array([0]))
    layer.set_weights([np.array([[1.0, 0.0], [9.0, 9.0], [5.0, 8.0], [7.0, 7.0]], np.float32)])
    # Three rows of value 0 and one of value 2: ((3 * 1 + 5) / 4, (3 * 0 + 8) / 4).
    UnseenValues([Vocabulary("shop", dim=2)], {"shop": np.array([0, 2, 0, 0])}).average(tower)
    assert layer.get_weights()[0].tolist() == [[1.0, 0.0], [2.0, 2.0], [5.0, 8.0], [2.0, 2.0]]


def test_a_model_without_unseen_values_stays_as_it_is():
    layer = tf_keras.layers.Embedding(2, 2, name="shop")
    tower = tf_keras.Sequential([layer])
    tower(np.array([0]))
    before = layer.get_weights()[0]
    UnseenValues([Vocabulary("shop", dim=2)], {"shop": np.array([0, 1])}).average(tower)
    assert (layer.get_weights()[0] == before).all()


def test_what_a_loss_draws_is_taught_without_a_row_of_its_own():
    layer = tf_keras.layers.Embedding(3, 1, name="shop")
    tower = tf_keras.Sequential([layer])
    tower(np.array([0]))
    layer.set_weights([np.array([[1.0], [9.0], [5.0]], np.float32)])
    unseen = UnseenValues([Vocabulary("shop", dim=1)], {"shop": np.array([0])}, {"shop": np.array([2, 0])})
    unseen.average(tower)
    assert layer.get_weights()[0].tolist() == [[1.0], [1.0], [5.0]]


def test_a_customer_whom_the_towers_never_saw_is_the_average_one_where_their_weight_is_fitted(
    small_experiment,
):
    inputs = small_experiment.inputs
    declaration = declared(loss="full", history=History())
    train = inputs.splits.train
    taught = declaration.seen_by_towers(inputs)
    withheld = next(i for i in range(0, 40, 5) if i in train.columns["household_id"])
    own = taught.columns["household_id"] == withheld
    # Of this customer only the withheld rows of the window are left.
    dates = set(taught.columns["interaction_date"][own].tolist())
    early = np.isin(train.columns["interaction_date"], list(dates))
    kept = train.take(np.flatnonzero(~(early & (train.columns["household_id"] == withheld))))
    inputs = replace(inputs, splits=replace(inputs.splits, train=kept))
    taught = declaration.seen_by_towers(inputs)
    assert withheld in kept.columns["household_id"]
    assert withheld not in taught.columns["household_id"]
    model = declaration.build(inputs)
    declaration.finish(model, inputs)
    table = next(layer.embeddings.numpy() for layer in model.query.submodules if layer.name == "household_id")
    mean = table[taught.columns["household_id"]].mean(axis=0)
    np.testing.assert_allclose(table[withheld], mean, rtol=1e-4, atol=1e-6)


def test_a_product_that_is_new_to_a_rating_is_the_average_one(small_experiment):
    inputs = small_experiment.inputs
    declaration = ranked(rating=Rating("spent", loss=MeanSquaredError()))
    model = declaration.build(inputs)
    declaration.finish(model, inputs)
    table = next(
        layer.embeddings.numpy() for layer in model.candidate.submodules if layer.name == "product_id"
    )
    stranger = declaration.product.vocabulary_size(inputs.tft_output)
    mean = table[inputs.splits.train.columns["product_id"]].mean(axis=0)
    np.testing.assert_allclose(table[stranger], mean, rtol=1e-4, atol=1e-6)


def test_a_served_stranger_is_the_average_customer(small_experiment, tmp_path):
    inputs = small_experiment.inputs
    declaration = declared()
    model = declaration.build(inputs)
    declaration.finish(model, inputs)
    declaration.save(model, inputs, str(tmp_path))
    ids = inputs.splits.train.columns["household_id"]
    table = next(layer.embeddings.numpy() for layer in model.query.submodules if layer.name == "household_id")
    stranger = declaration.query.id_feature("household_id").vocabulary_size(inputs.tft_output)
    np.testing.assert_allclose(table[stranger], table[ids].mean(axis=0), rtol=1e-4, atol=1e-6)
