"""Experiments side by side."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, HTTPException, Query

from include.cards.card import Card
from include.cards.store import CardStore
from include.overview.comparison import Compared, compare
from include.overview.experiment_files import read_files
from include.overview.measures import measures_of
from include.overview.parameters import parameters_of
from recsflow.page.access import ReaderDep, readable_card
from recsflow.page.answers import ComparisonAnswer, row_of
from recsflow.page.conditional import ConditionalRoute
from recsflow.page.errors import REFUSALS, shown
from recsflow.page.experiment_cards import StoreDep
from recsflow.page.runs import run_states

router = APIRouter(prefix="/api", route_class=ConditionalRoute, responses=REFUSALS)
FEWEST, MOST = 2, 10


@router.get("/compare")
def comparison(
    ids: Annotated[list[str], Query(alias="id", min_length=FEWEST, max_length=MOST)],
    who: ReaderDep,
    store: StoreDep,
    session: SessionDep,
) -> ComparisonAnswer:
    """Return 2 to 10 experiments side by side, in the order in which they are named."""
    if repeated := sorted({each for each in ids if ids.count(each) > 1}):
        raise HTTPException(
            HTTPStatus.BAD_REQUEST,
            f"id names {shown(repeated[0])} more than once; name each experiment once.",
        )
    cards = [readable_card(each, who, store) for each in ids]
    runs = run_states(cards, session)
    found = compare([_compared(card, store) for card in cards])
    return ComparisonAnswer(**dict(found), experiments=[row_of(card, runs) for card in cards])


def _compared(card: Card, store: CardStore) -> Compared:
    files = read_files(store.layout.experiment(card.experiment_id))
    return Compared(
        card=card,
        parameters=parameters_of(files.experiment) if files.experiment else [],
        measures=measures_of(files.metrics) if files.metrics else [],
        metrics=files.metrics,
    )
