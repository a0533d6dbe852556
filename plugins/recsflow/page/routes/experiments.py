"""Lists of experiments: page by page, and counted by what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Query

from include.cards.card import ENDED, State
from include.cards.conditions import CardFilter
from include.cards.index import CardIndex
from include.cards.search import MAX_LIMIT, count_facets, find_cards
from recsflow.page.access import ReaderDep
from recsflow.page.answers import ExperimentList, FacetCount, Facets, index_answer, row_of
from recsflow.page.conditional import ConditionalRoute
from recsflow.page.errors import REFUSALS
from recsflow.page.experiment_cards import IndexDep
from recsflow.page.filters import Filters, PageOfFilters
from recsflow.page.runs import run_states, settled

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(prefix="/api", route_class=ConditionalRoute, responses=REFUSALS)
OPEN = tuple(state.value for state in State if state not in ENDED)


@router.get("/experiments")
def experiments(
    asked: Annotated[PageOfFilters, Query()], who: ReaderDep, index: IndexDep, session: SessionDep
) -> ExperimentList:
    """Return a page of the experiments that one may read."""
    wanted = asked.of(who)
    _settle(index, who.dag_ids, session)
    page = find_cards(index, wanted, sort=asked.sort, cursor=asked.cursor, limit=asked.limit)
    runs = run_states(page.cards, session)
    return ExperimentList(
        experiments=[row_of(card, runs) for card in page.cards],
        total=page.total,
        next_cursor=page.next_cursor,
        index=index_answer(index.status()),
    )


@router.get("/facets")
def facets(
    asked: Annotated[Filters, Query()], who: ReaderDep, index: IndexDep, session: SessionDep
) -> Facets:
    """Return what there is to choose from, and how many experiments each choice would find."""
    wanted = asked.of(who)
    _settle(index, who.dag_ids, session)
    counted = count_facets(index, wanted)
    return Facets(
        facets={
            field: [FacetCount(value=each.value, count=each.count) for each in values]
            for field, values in counted.items()
        }
    )


def _settle(index: CardIndex, readable: frozenset[str], session: Session) -> None:
    """Let runs that were ended from outside be found as such: there are few that have no end yet."""
    unended = find_cards(index, CardFilter(state=OPEN, readable=readable), limit=MAX_LIMIT).cards
    if states := settled(unended, run_states(unended, session)):
        index.settle(states)
