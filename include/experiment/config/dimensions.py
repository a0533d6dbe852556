"""One dimension of a search space: what kind of values it has, and between which limits."""

import json
import math
from typing import Annotated, Any, Literal, Self

from pydantic import Field, JsonValue, model_validator

from include.experiment.config.base import Frozen

_DIGITS = 4
MAX_CHOICES = 1000


class FloatRange(Frozen):
    """A number between two others."""

    low: float
    high: float

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        _check_order(self.low, self.high)
        return self

    @property
    def extremes(self) -> dict[str, Any]:
        """The values that stand for all others, by the key that names them."""
        return {"low": self.low, "high": self.high}

    @property
    def size(self) -> float:
        """How many different values there are."""
        return math.inf

    @property
    def between(self) -> float:
        """A value inside that is no whole number."""
        return self.low + (self.high - self.low) * (math.sqrt(5) - 1) / 2

    def rounded(self, value: float) -> float:
        """Return a value that a person can read and type, still inside."""
        return min(max(float(f"{value:.{_DIGITS}g}"), self.low), self.high)


class Uniform(FloatRange):
    """A number, all equally likely."""

    type: Literal["uniform"]


class LogUniform(FloatRange):
    """A positive number, each order of magnitude equally likely; for learning rates."""

    type: Literal["log_uniform"]
    low: float = Field(gt=0)


class Integer(Frozen):
    """A whole number; with `log`, each order of magnitude is equally likely."""

    type: Literal["integer"]
    low: int
    high: int
    step: int = Field(default=1, ge=1)
    log: bool = False

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.log and (self.low < 1 or self.step != 1):
            raise ValueError("use low of at least 1 and no step with log")
        if (self.high - self.low) % self.step:
            last = self.high - (self.high - self.low) % self.step
            raise ValueError(f"use {last} as high, the last one that steps of {self.step} from low reach")
        _check_order(self.low, self.high)
        return self

    @property
    def extremes(self) -> dict[str, Any]:
        """The values that stand for all others, by the key that names them."""
        return {"low": self.low, "high": self.high}

    @property
    def size(self) -> float:
        """How many different values there are."""
        return (self.high - self.low) // self.step + 1


class Categorical(Frozen):
    """One of some values: texts, numbers, lists or mappings."""

    type: Literal["categorical"]
    choices: tuple[JsonValue, ...] = Field(min_length=2, max_length=MAX_CHOICES)

    @model_validator(mode="after")
    def _choices_differ(self) -> Self:
        labels = [choice_label(choice) for choice in self.choices]
        twice = next((label for label in labels if labels.count(label) > 1), None)
        if twice is not None:
            raise ValueError(f"write {twice} once")
        return self

    @property
    def extremes(self) -> dict[str, Any]:
        """The values that stand for all others, by the key that names them: here each one."""
        return {f"choices[{index}]": choice for index, choice in enumerate(self.choices)}

    @property
    def size(self) -> float:
        """How many different values there are."""
        return len(self.choices)


Dimension = Annotated[Uniform | LogUniform | Integer | Categorical, Field(discriminator="type")]
Space = dict[str, Dimension]


def choice_label(choice: Any) -> str:
    """Return a choice as text, by which equal ones are equal; lists and mappings included."""
    return json.dumps(choice, sort_keys=True)


def _check_order(low: float, high: float) -> None:
    if low >= high:
        raise ValueError(f"use a low that is less than high, which is {high}")
