"""What runs and configs choose among, and within which bounds; cheap to import, since DAG files do."""

from enum import IntEnum, StrEnum
from typing import Annotated

from pydantic import Field

Epochs = Annotated[int, Field(ge=1, le=1000)]
BatchSize = Annotated[int, Field(ge=2, le=1_048_576)]
LearningRate = Annotated[float, Field(gt=0, le=10)]
DEFAULT_LEARNING_RATE = 0.05
TrainRatio = Annotated[float, Field(gt=0, lt=1)]
EvalRatio = Annotated[float, Field(ge=0, lt=1)]
HoldoutDays = Annotated[int, Field(ge=1, le=3650)]


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
