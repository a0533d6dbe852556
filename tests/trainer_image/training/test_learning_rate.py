import json

import pytest

from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.training.learning_rate import linear_decay
from recsflow_trainer.training.run_fn import train
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow


def test_the_rate_falls_by_the_same_step_before_each_epoch():
    model = tf_keras.Sequential([tf_keras.layers.Dense(1)])
    model.compile(tf_keras.optimizers.SGD(123.0), "mse")
    seen = []
    watch = tf_keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(float(model.optimizer.learning_rate.numpy()))
    )
    model.fit(
        tf.ones([4, 1]), tf.ones([4, 1]), epochs=4, callbacks=[linear_decay(0.8, epochs=4), watch], verbose=0
    )
    assert seen == pytest.approx([0.8, 0.6, 0.4, 0.2])


def test_a_run_says_which_rate_each_epoch_had(small_experiment, tmp_path):
    train(declared(), small_experiment.fn_args(tmp_path, learning_rate_decay="linear"))
    epochs = json.loads((tmp_path / "training_metrics.json").read_text())["epochs"]
    assert [epoch["metrics"]["learning_rate"] for epoch in epochs] == pytest.approx([0.1, 0.05])
