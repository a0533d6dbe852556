"""The card of an experiment: what a list shows of it, in at most 2 KB of JSON.

It is written again while the run goes on; `fitting.py` shortens what is long.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from include.errors import RecsflowError
from include.experiment.config.base import Frozen
from include.metrics.baselines import times_better

MAX_BYTES = 2048
MAX_CURVE, MAX_METRICS, MAX_PARAMS = 40, 12, 16
ERROR_CHARS, WARNING_CHARS, NAME_CHARS, VALUE_CHARS = 300, 160, 100, 40
DIGITS, CURVE_DIGITS = 6, 4


class InvalidCard(RecsflowError, ValueError):
    """A file that is no card."""


class CardTooLarge(RecsflowError, ValueError):
    """A card whose ids alone take more than 2 KB."""


class Kind(StrEnum):
    """What a run is beside others."""

    EXPERIMENT = "experiment"
    RERUN = "rerun"
    OVERFIT_CHECK = "overfit_check"
    RETRAINING = "retraining"
    TRIAL = "trial"


class State(StrEnum):
    """How far a run has come."""

    RESOLVED = "resolved"
    STAGING = "staging"
    CHECKING = "checking"
    SUBMITTED = "submitted"
    TRAINING = "training"
    # As Airflow says of a run that was cleared, before its card is written again.
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})


def rounded(value: float | None, digits: int = DIGITS) -> float | None:
    """Return a number with that many significant digits; None of one that is not finite."""
    if value is None or not math.isfinite(value):
        return None
    return value if value == 0 else round(value, digits - 1 - math.floor(math.log10(abs(value))))


def cut(text: str, characters: int) -> str:
    """Return a text of at most that many characters, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= characters else f"{line[: characters - 1].rstrip()}…"


def thinned(values: tuple[float | None, ...], count: int) -> tuple[float | None, ...]:
    """Return at most `count` values at even distances, the first and the last among them."""
    if len(values) <= count:
        return values
    step = (len(values) - 1) / (count - 1)
    return tuple(values[round(index * step)] for index in range(count))


def _number(value: Any) -> Any:
    return rounded(float(value)) if isinstance(value, float) else value


def _text(characters: int) -> BeforeValidator:
    return BeforeValidator(lambda value: cut(value, characters) if isinstance(value, str) else value)


def _first(count: int) -> BeforeValidator:
    return BeforeValidator(
        lambda value: dict(list(value.items())[:count]) if isinstance(value, Mapping) else value
    )


def _curve(values: Any) -> tuple[float | None, ...]:
    return tuple(rounded(value, CURVE_DIGITS) for value in thinned(tuple(values), MAX_CURVE))


Number: TypeAlias = Annotated[float | None, BeforeValidator(_number)]
Name: TypeAlias = Annotated[str, _text(NAME_CHARS)]
Scalar: TypeAlias = Annotated[bool | int | float | str | None, BeforeValidator(_number), _text(VALUE_CHARS)]


class Stage(NamedTuple):
    """A task of the run: its state in Airflow's words, and how long it took."""

    task_id: str
    state: str
    seconds: float | None


class ComponentStage(NamedTuple):
    """A component of the run's pipeline, and whether its earlier result was taken."""

    name: str
    state: str
    seconds: float | None
    cached: bool


class Headline(Frozen):
    """What a run is judged by, beside the best baseline; `better` is strictly better."""

    metric: str
    value: Number
    baseline: str | None = None
    baseline_value: Number = None
    better: bool | None = None

    @property
    def lift(self) -> float | None:
        """How many times better than the baseline, above 1 also where small numbers are good."""
        if self.better is None:
            return None
        return rounded(times_better(self.value, self.baseline_value, better=self.better), 4)


class Curve(Frozen):
    """A metric by epoch, at most 40 values at even distances."""

    metric: str
    values: Annotated[tuple[float | None, ...], BeforeValidator(_curve)]


class TestedRows(Frozen):
    """The rows that a run is tested on.

    Attributes:
        key: Equal exactly where two runs are tested on the same rows of the same state of a dataset.
        first_day: ISO date, where the split goes by time.
        last_day: ISO date, inclusive.
        rows: How many; known once they were counted.
    """

    key: str
    first_day: str | None = None
    last_day: str | None = None
    rows: int | None = None


class Card(Frozen):
    """What is known of a run, for lists and searches; None or empty where it is not known.

    Attributes:
        number: Of the run within its DAG.
        name: Its short name.
        stage: Task id at work, or of the first that failed.
        component: At work.
        epochs: How many are done, and how many were asked for.
        warnings: How many there are; `warning` is the first.
        metrics: What lists are sorted by: the headline's family and losses.
        params: What a person searches by.
    """

    # A card of a later version is read without what this one does not know.
    model_config = ConfigDict(extra="ignore")

    schema_version: Literal[1] = 1
    experiment_id: Annotated[str, Field(max_length=128)]
    dag_id: Annotated[str, Field(max_length=250)]
    run_id: Annotated[str, Field(max_length=250)]
    number: int | None = None
    name: Name | None = None
    kind: Kind = Kind.EXPERIMENT
    user: Name | None = None
    run_type: str | None = None
    logical_date: datetime | None = None
    dataset: Name | None = None
    features: Name | None = None
    model: Name | None = None
    model_type: Name | None = None
    schedule: Name | None = None
    sweep_id: str | None = None
    trial: int | None = None
    parent_experiment_id: str | None = None
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None
    state: State = State.RESOLVED
    stage: str | None = None
    component: str | None = None
    stages: tuple[Stage, ...] = ()
    components: tuple[ComponentStage, ...] = ()
    error: Annotated[str, _text(ERROR_CHARS)] | None = None
    warnings: int = 0
    warning: Annotated[str, _text(WARNING_CHARS)] | None = None
    verdict: str | None = None
    headline: Headline | None = None
    metrics: Annotated[dict[str, Number], _first(MAX_METRICS)] = Field(default_factory=dict)
    curve: Curve | None = None
    epochs: tuple[int, int | None] | None = None
    params: Annotated[dict[str, Scalar], _first(MAX_PARAMS)] = Field(default_factory=dict)
    test_rows: TestedRows | None = None
    mlflow_run_id: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is to be expected of it."""
        return self.state in ENDED

    def changed(self, **fields: Any) -> Self:
        """Return the card with other values, checked and shortened like those of a new one."""
        return type(self).model_validate({**dict(self), **fields})

    def to_json(self) -> str:
        """Return the card as one line of JSON, without what is not known, whatever its size."""
        return self.model_dump_json(exclude_defaults=True, exclude_none=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the card of a file.

        Raises:
            InvalidCard: It is none, or one of a version that is not known here.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            found = "; ".join(
                f"{'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in error.errors()[:3]
            )
            raise InvalidCard(found) from None
