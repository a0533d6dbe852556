import numpy as np
import pytest

from recsflow_trainer.keras import tf_keras
from recsflow_trainer.metrics_file import EarlyStopping
from recsflow_trainer.training.early_stopping import BestEpoch

pytestmark = pytest.mark.tensorflow


def _after(losses: list[float], patience: int) -> tuple[BestEpoch, float, int]:
    """Goes through epochs of these losses; returns the callback, the model's weight and the epochs."""
    model = tf_keras.Sequential([tf_keras.layers.Dense(1, use_bias=False)])
    model.build([None, 1])
    best, epochs = BestEpoch("val_loss", patience), 0
    best.set_model(model)
    model.stop_training = False
    best.on_train_begin()
    for epoch, loss in enumerate(losses):
        model.set_weights([np.full([1, 1], epoch + 1.0)])
        best.on_epoch_end(epoch, {"val_loss": loss})
        epochs += 1
        if model.stop_training:
            break
    best.on_train_end()
    return best, float(model.get_weights()[0][0, 0]), epochs


def test_the_best_epoch_is_restored_and_named_where_training_was_stopped():
    best, weight, epochs = _after([3.0, 1.0, 2.0, 1.5, 0.1], patience=2)
    record = best.record(epochs)
    assert weight == 2.0
    assert record == EarlyStopping("val_loss", patience=2, stopped_after=4, restored_epoch=2)
    assert str(record) == (
        "early stopping: val_loss has not improved for 2 epochs, so training stopped after epoch 4; epoch 2, "
        "the best one, is restored"
    )


def test_the_best_epoch_is_restored_and_named_where_training_came_to_its_end():
    best, weight, epochs = _after([3.0, 1.0, 2.0], patience=2)
    record = best.record(epochs)
    assert weight == 2.0
    assert record == EarlyStopping("val_loss", patience=2, stopped_after=None, restored_epoch=2)
    assert str(record) == (
        "early stopping by val_loss did not stop training; epoch 2, the best one, is restored"
    )
