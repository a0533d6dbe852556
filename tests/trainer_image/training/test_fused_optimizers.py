import numpy as np
import pytest

from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.training.fused_optimizers import FusedAdagrad, FusedAdam

pytestmark = pytest.mark.tensorflow

START = np.linspace(-1.0, 1.0, 12, dtype=np.float32).reshape(4, 3)


def dense(step: int) -> tf.Tensor:
    return tf.constant(np.sin(START * (step + 1)))


def looked_up(step: int) -> tf.IndexedSlices:
    """The gradient of rows 3 and 1; the others were not looked up."""
    return tf.IndexedSlices(dense(step)[:2], tf.constant([3, 1]), tf.constant([4, 3]))


def trained(optimizer, gradient) -> np.ndarray:
    weight = tf.Variable(START)
    optimizer.build([weight])
    for step in range(5):
        optimizer.apply_gradients([(gradient(step), weight)])
    return weight.numpy()


@pytest.mark.parametrize("gradient", [dense, looked_up])
@pytest.mark.parametrize(
    ("fused", "keras", "options"),
    [
        (FusedAdam, tf_keras.optimizers.Adam, {}),
        (FusedAdam, tf_keras.optimizers.Adam, {"clipnorm": 0.1, "beta_1": 0.5}),
        (FusedAdam, tf_keras.optimizers.Adam, {"amsgrad": True}),
        (FusedAdagrad, tf_keras.optimizers.Adagrad, {}),
        (
            FusedAdagrad,
            tf_keras.optimizers.Adagrad,
            {"clipnorm": 0.1, "initial_accumulator_value": 1e-6, "epsilon": 1e-12},
        ),
    ],
)
def test_the_kernels_move_weights_as_keras_does(fused, keras, options, gradient):
    expected = trained(keras(learning_rate=0.1, **options), gradient)
    assert not np.allclose(expected, START, atol=1e-3)
    np.testing.assert_allclose(
        trained(fused(learning_rate=0.1, **options), gradient), expected, rtol=1e-4, atol=1e-4
    )


def test_rows_that_were_not_looked_up_stay_where_they_are():
    np.testing.assert_array_equal(trained(FusedAdagrad(learning_rate=0.1), looked_up)[[0, 2]], START[[0, 2]])
