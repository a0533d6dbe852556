"""A feature config: what each tower sees of a row."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from include.experiment.config.base import Frozen, Identifier, NamedConfig

EmbeddingDim = Annotated[int, Field(ge=2, le=512)]


class Scaling(StrEnum):
    """How a number is scaled."""

    ZSCORE = "zscore"
    LOG = "log"
    MINMAX = "minmax"
    NONE = "none"


class Period(StrEnum):
    """A cycle of the calendar, in UTC."""

    HOUR_OF_DAY = "hour_of_day"
    DAY_OF_WEEK = "day_of_week"
    DAY_OF_MONTH = "day_of_month"
    MONTH_OF_YEAR = "month_of_year"


class _ColumnFeature(Frozen):
    column: Identifier
    name: Identifier

    @model_validator(mode="before")
    @classmethod
    def _name_defaults_to_column(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("name") is None and data.get("column") is not None:
            return {**data, "name": data["column"]}
        return data

    @property
    def columns_used(self) -> tuple[str, ...]:
        """The dataset columns that the feature reads."""
        return (self.column,)


class VocabularyFeature(_ColumnFeature):
    """An id or text looked up in the values of the train split.

    Attributes:
        embedding_dim: Length of each value's embedding.
        is_primary_id: Whether it is the tower's id.
        oov_buckets: Buckets for values unseen in training.
        max_vocabulary: Keep only the most frequent values.
        min_frequency: Keep only values seen at least so often.
        separator: What stands between values of a row, where it may have several; an ARRAY is joined by it.
        max_values: With a separator, values of a row that count; those that follow are left out.
    """

    kind: Literal["vocabulary"]
    embedding_dim: EmbeddingDim = 32
    is_primary_id: bool = False
    oov_buckets: int = Field(default=1, ge=1, le=100_000)
    max_vocabulary: int | None = Field(default=None, ge=1)
    min_frequency: int | None = Field(default=None, ge=1)
    separator: str | None = Field(default=None, min_length=1, max_length=8)
    max_values: int = Field(default=16, ge=2, le=1_000)


class NumericFeature(_ColumnFeature):
    """A number, scaled by statistics of the train split."""

    kind: Literal["numeric"]
    scaling: Scaling = Scaling.ZSCORE


class BucketizedFeature(_ColumnFeature):
    """A number put into quantile buckets of the train split, then embedded."""

    kind: Literal["bucketized"]
    buckets: int = Field(default=10, ge=2, le=1000)
    embedding_dim: EmbeddingDim = 8


class CyclicalFeature(_ColumnFeature):
    """A point in a cycle of the calendar, as sine and cosine."""

    kind: Literal["cyclical"]
    period: Period

    @model_validator(mode="before")
    @classmethod
    def _name_defaults_to_column(cls, data: Any) -> Any:
        # One date column usually gives several cycles, so the period is part of the name.
        if isinstance(data, dict) and data.get("name") is None and data.get("column") is not None:
            return {**data, "name": f"{data['column']}_{data.get('period')}"}
        return data


class HashedCrossFeature(Frozen):
    """The combination of two or more columns, hashed into buckets, then embedded."""

    kind: Literal["hashed_cross"]
    columns: tuple[Identifier, ...] = Field(min_length=2, max_length=5)
    name: Identifier
    hash_buckets: int = Field(default=1000, ge=2, le=10_000_000)
    embedding_dim: EmbeddingDim = 8

    @model_validator(mode="before")
    @classmethod
    def _name_joins_columns(cls, data: Any) -> Any:
        if (
            isinstance(data, dict)
            and data.get("name") is None
            and isinstance(data.get("columns"), list | tuple)
        ):
            return {**data, "name": "_x_".join(str(column) for column in data["columns"])}
        return data

    @property
    def columns_used(self) -> tuple[str, ...]:
        """The dataset columns that the feature reads."""
        return self.columns


Feature = Annotated[
    VocabularyFeature | NumericFeature | BucketizedFeature | CyclicalFeature | HashedCrossFeature,
    Field(discriminator="kind"),
]


class FeatureConfig(NamedConfig):
    """The features of both towers, as written in `features/<name>.yaml`."""

    query: tuple[Feature, ...] = Field(min_length=1)
    candidate: tuple[Feature, ...] = Field(min_length=1)

    @property
    def towers(self) -> dict[str, tuple[Feature, ...]]:
        """The features by tower name."""
        return {"query": self.query, "candidate": self.candidate}
