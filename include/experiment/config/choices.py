"""What runs and configs choose among; cheap to import, since DAG files do."""

from enum import IntEnum, StrEnum

OptimizerOption = bool | int | float
MAX_NOTES = 5000


class SplitStrategy(StrEnum):
    """How rows are divided into train, eval and test."""

    RANDOM = "random"
    TIME_HOLDOUT = "time_holdout"
    STRICT_TIME = "strict_time"
    CUSTOM = "custom"


class SamplePercent(IntEnum):
    """Share of the train and eval rows, in percent."""

    P5 = 5
    P10 = 10
    P25 = 25
    P100 = 100


class SampleUnit(StrEnum):
    """What is sampled: single rows, or customers with all their rows."""

    ROW = "row"
    CUSTOMER = "customer"


class OptimizerName(StrEnum):
    """Optimizers that the trainer knows."""

    ADAGRAD = "adagrad"
    ADAM = "adam"
    ADAMW = "adamw"
    SGD = "sgd"
    RMSPROP = "rmsprop"
    FTRL = "ftrl"


class Accelerator(StrEnum):
    """Hardware for the Trainer on Vertex AI."""

    CPU = "cpu"
    T4 = "NVIDIA_TESLA_T4"
    L4 = "NVIDIA_L4"
    A100 = "NVIDIA_TESLA_A100"
