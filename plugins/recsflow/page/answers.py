"""What the page is answered: the models behind the OpenAPI schema. What is not known is null."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, Field

from include.cards.card import Card, Number
from include.cards.index import IndexStatus, Readiness
from include.cards.refresh import is_stale
from include.overview.comparison import Comparison
from include.overview.components import ComponentEdges
from include.overview.failure import Failure
from include.overview.files import ShownFile
from include.overview.measures import Better, Measure, better_of
from include.overview.parameters import Parameter
from include.overview.quality import QualitySummary
from include.tracking.entries import lift
from include.tracking.reachability import Reachability
from include.tracking.training_metrics import Comparison as Beside
from include.tracking.training_metrics import TrainingStatus
from recsflow.page.runs import RunKey, RunState, TaskState, state_of


class RowHeadline(BaseModel):
    """What a run is judged by: which values are good, and whether it is strictly better than a baseline."""

    metric: str
    value: Number
    baseline: str | None
    baseline_value: Number
    better: Better | None
    beats_baseline: bool | None


class Row(Card):
    """A card with the state that Airflow knows, as a list shows it."""

    headline: RowHeadline | None = None  # type: ignore[assignment]  # says more than a card's
    deleted: bool = Field(description="Whether Airflow has no such run any more.")
    lift: float | None = Field(description="How many times better than the best baseline.")
    group: str | None = Field(description="Equal for rows whose metrics may be compared.")


class IndexAnswer(BaseModel):
    """How far the index of all cards is."""

    state: Readiness
    cards: int
    read: int
    error: str | None


class ExperimentList(BaseModel):
    """A page of experiments."""

    experiments: list[Row]
    total: int
    next_cursor: str | None
    index: IndexAnswer


class FacetCount(BaseModel):
    """A value, and how many experiments have it."""

    value: str
    count: int


class Facets(BaseModel):
    """What there is to choose from; each facet is counted under the filters of all others."""

    facets: dict[str, list[FacetCount]]


class ComponentAnswer(ComponentEdges):
    """A component of the pipeline; why an earlier result was taken is null where nobody said it."""

    name: str
    state: str
    seconds: float | None
    cached: bool
    cache_reason: str | None


class Links(BaseModel):
    """Where else to look."""

    airflow: str
    pipeline: str | None
    mlflow: str | None


class ExperimentAnswer(BaseModel):
    """Everything about an experiment but its epochs."""

    card: Row
    sentence: str | None
    evidence: list[str]
    suggestion: str | None
    warnings: list[str]
    error: Failure | None
    parameters: list[Parameter]
    metrics: list[Measure]
    components: list[ComponentAnswer]
    tasks: list[TaskState]
    quality: QualitySummary | None
    files: list[ShownFile]
    links: Links
    parent: str | None
    updated_at: datetime


class TowerNorms(BaseModel):
    """The length of a tower's weights after an epoch, and of its gradients in it."""

    weight_norm: Number
    gradient_norm: Number


class EpochAnswer(BaseModel):
    """An epoch, counted from 1."""

    epoch: int
    duration_s: Number
    examples_per_s: Number
    metrics: dict[str, Number]
    towers: dict[str, TowerNorms]


class Epochs(BaseModel):
    """The epochs of a training; no status where none has begun."""

    status: TrainingStatus | None
    epochs: list[EpochAnswer]


class HistogramAnswer(BaseModel):
    """How often a value fell into each bin, after an epoch."""

    epoch: int
    edges: list[Number]
    counts: list[int]


class Histograms(BaseModel):
    """The histograms of a tower's weights or gradients."""

    epochs: list[HistogramAnswer]


class ComparisonAnswer(Comparison):
    """Experiments side by side, in the order in which they were asked for."""

    experiments: list[Row]


class Status(BaseModel):
    """What the page rests on."""

    index: IndexAnswer
    mlflow: Reachability


def row_of(card: Card, runs: Mapping[RunKey, RunState]) -> Row:
    """Return the row of a card."""
    run = runs.get((card.dag_id, card.run_id))
    told = card.headline
    headline, times = None, None
    if told:
        beside = Beside(
            value=told.value,
            best_baseline=told.baseline or "",
            baseline_value=told.baseline_value,
            better=bool(told.better),
        )
        times = None if told.better is None else lift(beside)
        headline = RowHeadline(
            **{**dict(told), "better": better_of(told.metric), "beats_baseline": told.better}
        )
    return Row.model_validate(
        {
            **dict(card),
            "headline": headline,
            "state": state_of(card, run),
            "deleted": run is None,
            "lift": times,
            "group": card.test_rows.key if card.test_rows else None,
        }
    )


def index_answer(status: IndexStatus) -> IndexAnswer:
    """Return how far the index is; one that nobody has asked for lately is not ready."""
    is_old = status.state is Readiness.READY and is_stale(status)
    state = Readiness.BUILDING if is_old else status.state
    return IndexAnswer(state=state, cards=status.cards, read=status.read, error=status.error)
