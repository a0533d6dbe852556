"""Optimizers by name."""

import inspect
from collections.abc import Mapping
from typing import Any

from recsflow_trainer.errors import TrainingConfigError

# Name: the class in tf_keras.optimizers, and the options in which we differ from Keras's defaults.
OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    # Keras starts the accumulator at 0.1, which suits summed losses; ours are means, whose gradients are
    # smaller by the batch size, and would hardly move.
    "adagrad": ("Adagrad", {"initial_accumulator_value": 1e-6}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
    "sgd": ("SGD", {}),
    "rmsprop": ("RMSprop", {}),
    "ftrl": ("Ftrl", {"initial_accumulator_value": 1e-6}),
}
_SET_ELSEWHERE = frozenset(
    {"self", "kwargs", "name", "learning_rate", "clipnorm", "clipvalue", "global_clipnorm"}
)


def make_optimizer(
    name: str, learning_rate: float, *, options: Mapping[str, Any] | None = None, clipnorm: float | None = 1.0
) -> Any:
    """Builds a Keras optimizer.

    Args:
        name: A key of `OPTIMIZERS`.
        learning_rate: Step size, above 0.
        options: Further arguments of the Keras class; they win over our defaults.
        clipnorm: Longest gradient of each weight; None never clips.

    Raises:
        TrainingConfigError: Unknown name or option, or a value that Keras refuses.
    """
    if name not in OPTIMIZERS:
        raise TrainingConfigError(f"training.optimizer is {name!r}; use one of: {', '.join(OPTIMIZERS)}.")
    from recsflow_trainer.keras import tf_keras
    from recsflow_trainer.training.fused_optimizers import FUSED

    class_name, defaults = OPTIMIZERS[name]
    optimizer = FUSED.get(name) or getattr(tf_keras.optimizers, class_name)
    allowed = sorted(set(inspect.signature(optimizer.__init__).parameters) - _SET_ELSEWHERE)
    unknown = sorted(set(options or {}) - set(allowed))
    if unknown:
        raise TrainingConfigError(
            f"training.optimizer_options has {', '.join(unknown)}, which {name} does not take; "
            f"use one of: {', '.join(allowed)}."
        )
    try:
        return optimizer(learning_rate=learning_rate, clipnorm=clipnorm, **{**defaults, **(options or {})})
    except (TypeError, ValueError) as error:
        raise TrainingConfigError(
            f"training.optimizer_options {dict(options or {})}: {name} says: {error}"
        ) from error
