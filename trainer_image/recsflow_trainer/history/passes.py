"""How weights of a history are fitted: some customers at a time, in steps that become small."""

from collections.abc import Iterator, Sequence

import numpy as np

from recsflow_trainer.keras import tf, tf_keras

_CUSTOMERS_A_STEP = 32
_LEARNING_RATE = 0.02


def new_optimizer(variables: Sequence[tf.Variable]) -> tf_keras.optimizers.Optimizer:
    """Returns an optimizer that has not moved any of the variables."""
    optimizer = tf_keras.optimizers.Adam(_LEARNING_RATE)
    optimizer.build(variables)
    return optimizer


def decaying_passes(
    optimizer: tf_keras.optimizers.Optimizer, customers: np.ndarray, epochs: int, random: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yields the customers of each step, in a new order each pass.

    The learning rate falls to almost nothing, so that the end does not depend on the last customers.

    Args:
        optimizer: Takes the steps.
        customers: int64 [customers].
        epochs: Passes.
        random: The order.
    """
    for epoch in range(epochs):
        optimizer.learning_rate.assign(_LEARNING_RATE * (1 - epoch / epochs))
        order = random.permutation(customers)
        for start in range(0, len(order), _CUSTOMERS_A_STEP):
            yield order[start : start + _CUSTOMERS_A_STEP]


def epochs_of_steps(steps: int, customers: int) -> int:
    """Returns how many passes over so many customers have at least so many steps."""
    return -(-steps * _CUSTOMERS_A_STEP // max(customers, 1))


def ranges(starts: np.ndarray, stops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the places of several ranges one after the other, and which range each belongs to first."""
    sizes = stops - starts
    rows = np.repeat(np.arange(len(sizes)), sizes)
    return rows, np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(starts, sizes)
