"""The filters that lists of experiments take in their addresses."""

from __future__ import annotations

from pydantic import BaseModel, Field

from include.cards.card import Kind, State
from include.cards.conditions import CardFilter
from include.cards.order import FIELDS
from include.cards.search import DEFAULT_LIMIT, DEFAULT_SORT, MAX_LIMIT
from include.metrics.catalogue import METRICS
from include.tracking.training_metrics import Verdict
from recsflow.page.access import Reader


class Filters(BaseModel):
    """Which experiments are wanted: of each field one of the values, where there are any."""

    state: list[State] = Field(default_factory=list)
    dataset: list[str] = Field(default_factory=list)
    features: list[str] = Field(default_factory=list)
    model: list[str] = Field(default_factory=list)
    model_type: list[str] = Field(default_factory=list)
    verdict: list[Verdict] = Field(default_factory=list)
    dag_id: list[str] = Field(default_factory=list)
    run_id: list[str] = Field(default_factory=list)
    schedule: list[str] = Field(default_factory=list)
    sweep_id: list[str] = Field(default_factory=list)
    kind: list[Kind] = Field(default_factory=list)
    q: str = Field(default="", description="Words that are all to be found in names, ids or params.")

    def of(self, who: Reader) -> CardFilter:
        """Return the filter of what somebody may read."""
        chosen = {name: tuple(getattr(self, name)) for name in Filters.model_fields if name != "q"}
        return CardFilter(**chosen, q=self.q, readable=who.dag_ids)


class PageOfFilters(Filters):
    """A page of them."""

    sort: str = Field(
        default=DEFAULT_SORT,
        description="A field or a metric, `-` before it for descending.",
        json_schema_extra={"enum": [f"{way}{name}" for name in (*FIELDS, *METRICS) for way in ("", "-")]},
    )
    cursor: str | None = Field(default=None, description="`next_cursor` of the page before.")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
