"""The optimizers that a model can be trained with: their options, and the learning rates that suit them.

The trainer builds each by its name; `recsflow_trainer/training/optimizers.py` has the Keras class.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

OptimizerOption = bool | int | float


class OptimizerName(StrEnum):
    """Optimizers that the trainer knows."""

    ADAGRAD = "adagrad"
    ADAM = "adam"
    ADAMW = "adamw"
    SGD = "sgd"
    RMSPROP = "rmsprop"
    FTRL = "ftrl"


@dataclass(frozen=True)
class Option:
    """What an option takes: what Keras would not refuse, nor divide by, once the pipeline runs.

    Attributes:
        is_flag: Whether it is true or false; a number otherwise.
        bounds: Of the number, in words after 'use'.
        allows: Whether a number is within the bounds.
    """

    is_flag: bool = False
    bounds: str = ""
    allows: Callable[[float], bool] = lambda _: True

    def remedy(self, value: OptimizerOption) -> str | None:
        """Return what to use in place of a value, or None where it may be used."""
        if isinstance(value, bool) != self.is_flag:
            return "true or false" if self.is_flag else "a number"
        return None if self.allows(value) else self.bounds


@dataclass(frozen=True)
class Optimizer:
    """An optimizer, as a config may choose it.

    Attributes:
        options: Its own options by name.
        recommended_when_deep: Learning rates for a model of many dense layers.
        recommended: Learning rates for other models.
        fast_above: The learning rate above which that is said; None never says it.
    """

    options: Mapping[str, Option]
    recommended_when_deep: str
    recommended: str = ""
    fast_above: float | None = None


_FLAG = Option(is_flag=True)
_SHARE = Option(bounds="at least 0 and less than 1", allows=lambda value: 0 <= value < 1)
_POSITIVE = Option(bounds="more than 0", allows=lambda value: value > 0)
_AT_LEAST_0 = Option(bounds="at least 0", allows=lambda value: value >= 0)
_AT_MOST_0 = Option(bounds="at most 0", allows=lambda value: value <= 0)
_MOMENTS = {"beta_1": _SHARE, "beta_2": _SHARE, "epsilon": _POSITIVE, "amsgrad": _FLAG}

OPTIMIZERS: Mapping[OptimizerName, Optimizer] = {
    OptimizerName.ADAGRAD: Optimizer(
        {"initial_accumulator_value": _AT_LEAST_0, "epsilon": _POSITIVE},
        recommended_when_deep="0.005 to 0.05",
        recommended="0.05 to 0.3",
        fast_above=0.3,
    ),
    OptimizerName.ADAM: Optimizer(
        _MOMENTS,
        recommended_when_deep="0.0001 to 0.005",
        recommended="0.0001 to 0.005",
        fast_above=0.02,
    ),
    OptimizerName.ADAMW: Optimizer(
        {**_MOMENTS, "weight_decay": _AT_LEAST_0},
        recommended_when_deep="0.0001 to 0.005",
        recommended="0.0001 to 0.005",
        fast_above=0.02,
    ),
    OptimizerName.SGD: Optimizer(
        {"momentum": _SHARE, "nesterov": _FLAG}, recommended_when_deep="0.001 to 0.05"
    ),
    OptimizerName.RMSPROP: Optimizer(
        {"rho": _SHARE, "momentum": _SHARE, "epsilon": _POSITIVE, "centered": _FLAG},
        recommended_when_deep="0.0001 to 0.005",
        recommended="0.0001 to 0.005",
        fast_above=0.02,
    ),
    OptimizerName.FTRL: Optimizer(
        {
            "learning_rate_power": _AT_MOST_0,
            "initial_accumulator_value": _AT_LEAST_0,
            "l1_regularization_strength": _AT_LEAST_0,
            "l2_regularization_strength": _AT_LEAST_0,
            "beta": _AT_LEAST_0,
        },
        recommended_when_deep="0.005 to 0.05",
    ),
}
