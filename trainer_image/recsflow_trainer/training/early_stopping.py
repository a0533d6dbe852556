"""Training that ends where validation no longer gets better, with the best epoch's weights."""

from recsflow_trainer.keras import tf_keras
from recsflow_trainer.metrics_file import EarlyStopping


class BestEpoch(tf_keras.callbacks.EarlyStopping):
    """Keras's early stopping, which can tell what it did.

    The best epoch's weights are restored however training ends, also where it was never stopped early.

    Args:
        metric: What is monitored.
        largest: Whether large values are good.
        patience: Epochs without a better value before training stops.
    """

    def __init__(self, metric: str, patience: int, *, largest: bool = False) -> None:
        mode = "max" if largest else "min"
        super().__init__(metric, mode=mode, patience=patience, restore_best_weights=True)

    def record(self, epochs: int) -> EarlyStopping:
        """Returns what it did.

        Args:
            epochs: Epochs that were trained.
        """
        return EarlyStopping(
            metric=self.monitor,
            patience=self.patience,
            stopped_after=epochs if self.stopped_epoch else None,
            restored_epoch=self.best_epoch + 1,
        )
