import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.keras import tf
from recsflow_trainer.towers import Dense, Dropout, LayerNorm

pytestmark = pytest.mark.tensorflow


def test_dense_has_its_units_activation_and_penalty():
    layer = Dense(2, activation="relu", l2=0.5).build("hidden")
    layer.build([None, 1])
    layer.set_weights([np.array([[3.0, -1.0]]), np.zeros(2)])
    assert layer(tf.constant([[2.0]])).numpy().tolist() == [[6.0, 0.0]]
    # 0.5 * (3² + 1²)
    assert [float(loss) for loss in layer.losses] == [5.0]


def test_dense_is_linear_and_without_penalty_by_default():
    layer = Dense(1).build("hidden")
    layer.build([None, 1])
    layer.set_weights([np.array([[-1.0]]), np.zeros(1)])
    assert layer(tf.constant([[2.0]])).numpy().tolist() == [[-2.0]]
    assert layer.losses == []


def test_dropout_acts_in_training_only():
    layer = Dropout(0.5).build("hidden")
    ones = tf.ones([100, 100])
    assert layer(ones, training=False).numpy().tolist() == ones.numpy().tolist()
    assert set(layer(ones, training=True).numpy().ravel().tolist()) == {0.0, 2.0}


def test_layer_norm_gives_each_row_mean_0_and_variance_1():
    found = LayerNorm().build("hidden")(tf.constant([[1.0, 3.0], [-10.0, 10.0]])).numpy()
    assert found == pytest.approx(np.array([[-1, 1], [-1, 1]]), abs=1e-3)


@pytest.mark.parametrize(
    ("declare", "sentence"),
    [
        (lambda: Dense(0), "Dense.units is 0; use 1 or more."),
        (lambda: Dense(8, l2=-0.1), "Dense.l2 is -0.1; use 0 or more."),
        (lambda: Dropout(1.0), "Dropout.rate is 1.0; use at least 0 and less than 1."),
    ],
)
def test_a_wrong_declaration_says_what_and_what_to_do(declare, sentence):
    with pytest.raises(DeclarationError) as error:
        declare()
    assert str(error.value) == sentence
