"""A dataset config: which tables hold the interactions, what their columns mean, how rows are split."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from include.experiment.config.base import EARLIEST, MAX_DAYS, Frozen, Identifier, NamedConfig, TableName
from include.experiment.config.choices import EvalRatio, HoldoutDays, SplitStrategy, TrainRatio
from include.experiment.config.quality_config import QualityConfig

# What BigQuery calls the time of a row's ingestion, where a table is partitioned by that.
INGESTION_TIME = "_PARTITIONTIME"


class Role(StrEnum):
    """What a column means."""

    CUSTOMER_ID = "customer_id"
    PRODUCT_ID = "product_id"
    DATE = "date"
    BASKET = "basket"
    LABEL = "label"
    FEATURE = "feature"


class Operator(StrEnum):
    """A comparison of a column with a value."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    IN = "in"
    NOT_IN = "not_in"
    IS_NULL = "is_null"
    IS_NOT_NULL = "is_not_null"


class JoinKey(Frozen):
    """One pair of columns that must be equal, both with their table's alias or the right one without.

    Attributes:
        left: Column of an earlier table, `alias.column`, or `column` of the first table.
        right: Column of the joined table.
    """

    left: str
    right: Identifier


class Table(Frozen):
    """A table of the warehouse; the first one of a dataset holds the interactions.

    Attributes:
        latest_by: Of several rows with the same keys, the one that is highest here is joined: of a date, the
            newest before the window's end. Without it, a joined table has one row for its keys at most.
        partition_column: What the table is partitioned by, `_PARTITIONTIME` for the time of ingestion; each
            query reads the partitions of the window alone.
        partition_margin_days: Days before and after the window whose partitions are read too, since rows may
            lie in the partition of another day than their date.
    """

    table: TableName
    alias: Identifier
    join: Literal["left", "inner"] | None = None
    keys: tuple[Identifier | JoinKey, ...] = ()
    latest_by: Identifier | None = None
    partition_column: Identifier | None = None
    partition_margin_days: int = Field(default=0, ge=0, le=MAX_DAYS)

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns of this table that a join compares, each once."""
        return tuple(dict.fromkeys(key.right if isinstance(key, JoinKey) else key for key in self.keys))


class Column(Frozen):
    """A column that features, filters and quality checks can name.

    Attributes:
        name: The name used everywhere after staging.
        role: What it means.
        table: Alias of its table; the first table where absent.
        source: Its name in that table; `name` where absent.
    """

    name: Identifier
    role: Role = Role.FEATURE
    table: Identifier | None = None
    source: Identifier | None = None
    description: str = ""


class TopRevenueShare(Frozen):
    """Keeps the best-selling products that together make up a share of the revenue of train and eval rows."""

    column: Identifier
    share: float = Field(gt=0, lt=1)


def _dates_as_text(value: Any) -> Any:
    """YAML reads `2017-01-01` as a date; a condition keeps the ISO text, which survives JSON."""
    if isinstance(value, list | tuple):
        return tuple(_dates_as_text(item) for item in value)
    return value.isoformat() if isinstance(value, date | datetime) else value


Scalar = bool | int | float | str


class Condition(Frozen):
    """A plain comparison; its value travels as a query parameter.

    Attributes:
        missing: Whether rows without a value in the column are kept. By default `!=` and `not_in` keep them,
            since they are none of what is left out, and what asks for certain values drops them.
    """

    column: Identifier
    operator: Operator
    value: Annotated[Scalar | tuple[Scalar, ...] | None, BeforeValidator(_dates_as_text)] = None
    missing: Literal["keep", "drop"] | None = None

    @property
    def asks_for_missing(self) -> bool:
        """Whether it is about missing values itself."""
        return self.operator in {Operator.IS_NULL, Operator.IS_NOT_NULL}

    @property
    def keeps_missing(self) -> bool:
        """Whether a row without a value passes."""
        if self.missing is not None:
            return self.missing == "keep"
        return self.operator in {Operator.NOT_EQUAL, Operator.NOT_IN, Operator.IS_NULL}

    @model_validator(mode="after")
    def _value_fits_operator(self) -> Self:
        if self.asks_for_missing:
            if self.value is not None or self.missing is not None:
                raise ValueError(
                    f"remove value and missing, which operator {self.operator.value} does not take"
                )
        elif self.operator in {Operator.IN, Operator.NOT_IN}:
            if not isinstance(self.value, tuple) or not self.value:
                raise ValueError(f"give value as a list, which operator {self.operator.value} needs")
        elif self.value is None or isinstance(self.value, tuple):
            raise ValueError(f"give value as one number or text, which operator {self.operator.value} needs")
        if self.value == "" or (isinstance(self.value, tuple) and "" in self.value):
            raise ValueError("use operator is_null or is_not_null for an empty text, which counts as missing")
        return self


class Filters(Frozen):
    """Which interactions are kept; the statistics are taken from train and eval rows before sampling."""

    conditions: tuple[Condition, ...] = ()
    top_revenue_share: TopRevenueShare | None = None
    min_interactions_per_customer: int | None = Field(default=None, ge=1)


class SplitDefaults(Frozen):
    """How rows are split unless a run says otherwise.

    Attributes:
        strategy: How rows are divided.
        holdout_days: Days before the window's end that are the test split (and, for strict_time, as many
            days before those for eval).
        train_ratio: Share of train rows: of all rows (random, custom) or of those before the holdout.
        eval_ratio: Share of eval rows, for custom only; the rest is test. 0 takes a few of the train rows
            instead, so that train and test are all there is.
    """

    strategy: SplitStrategy = SplitStrategy.TIME_HOLDOUT
    holdout_days: HoldoutDays = 28
    train_ratio: TrainRatio = 0.9
    eval_ratio: EvalRatio | None = None


class DatasetConfig(NamedConfig):
    """A dataset, as written in `datasets/<name>.yaml`.

    Attributes:
        tables: The interactions first, then what is joined to them.
        columns: Every column in use, exactly one each with role customer_id, product_id and date.
        history_ends: First day without data; the window ends there at the latest.
        history_days: Length of the window; all history where absent.
    """

    tables: tuple[Table, ...] = Field(min_length=1)
    columns: tuple[Column, ...] = Field(min_length=1)
    filters: Filters = Filters()
    split: SplitDefaults = SplitDefaults()
    history_ends: date | None = Field(default=None, ge=EARLIEST)
    history_days: int | None = Field(default=None, ge=1, le=MAX_DAYS)
    quality: QualityConfig = QualityConfig()

    def column(self, name: str) -> Column | None:
        """Return the column called `name`, if the dataset declares it."""
        return next((column for column in self.columns if column.name == name), None)

    def with_role(self, role: Role) -> Column | None:
        """Return the first column with `role`."""
        return next((column for column in self.columns if column.role is role), None)

    def _id(self, role: Role) -> str:
        column = self.with_role(role)
        if column is None:
            raise LookupError(f"Dataset {self.name} has no column with role {role.value}.")
        return column.name

    @property
    def customer_id(self) -> str:
        """Name of the customer id column."""
        return self._id(Role.CUSTOMER_ID)

    @property
    def product_id(self) -> str:
        """Name of the product id column."""
        return self._id(Role.PRODUCT_ID)

    @property
    def date_column(self) -> str:
        """Name of the date column."""
        return self._id(Role.DATE)

    @property
    def label(self) -> str | None:
        """Name of the label column, if there is one."""
        column = self.with_role(Role.LABEL)
        return column.name if column else None

    def table_of(self, column: Column) -> Table | None:
        """Return the table that holds `column`, or None where its alias is unknown."""
        alias = column.table or self.tables[0].alias
        return next((table for table in self.tables if table.alias == alias), None)


def required_tables(dataset: DatasetConfig) -> list[str]:
    """Return the distinct warehouse tables of a dataset, as written in its config."""
    return _distinct(table.table for table in dataset.tables)


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
