"""The `quality` section of a dataset config: what the staged rows must look like."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from include.experiment.config.base import MAX_DAYS, Frozen, Identifier


class ExpectationSeverity(StrEnum):
    """Whether an unmet expectation stops the run."""

    CRITICAL = "critical"
    WARNING = "warning"


class ValueRange(Frozen):
    """Inclusive bounds of a column's values, at least one of them."""

    min: float | None = None
    max: float | None = None
    severity: ExpectationSeverity = ExpectationSeverity.WARNING

    @model_validator(mode="after")
    def _holds_values(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("give min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"use a min of at most {self.max:g}, which is max")
        return self


class Expectation(Frozen):
    """A Great Expectations expectation, by its own type name and arguments.

    Attributes:
        type: Snake-case type, e.g. `expect_column_values_to_be_in_set`.
        severity: Whether an unmet expectation stops the run.
        kwargs: The expectation's own arguments.
    """

    type: str = Field(pattern=r"^expect_[a-z0-9_]+$")
    severity: ExpectationSeverity = ExpectationSeverity.WARNING
    kwargs: dict[str, Any] = Field(default_factory=dict)


class QualityConfig(Frozen):
    """Limits for the staged rows; anything absent is not checked.

    Attributes:
        min_rows: Fewest rows in the whole table.
        max_null_fraction: Largest share of NULLs, by column.
        ranges: Bounds of values, by column.
        freshness_days: Most days between the newest row and the window's end.
        expectations: Anything else, in Great Expectations' own terms.
    """

    min_rows: int = Field(default=1, ge=1)
    max_null_fraction: dict[Identifier, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)
    ranges: dict[Identifier, ValueRange] = Field(default_factory=dict)
    freshness_days: int | None = Field(default=None, ge=0, le=MAX_DAYS)
    expectations: tuple[Expectation, ...] = ()
