"""Whether what the page rests on is there; the page itself needs no MLflow."""

from __future__ import annotations

from fastapi import APIRouter

from include.tracking.reachability import reachability
from recsflow.page.access import ReaderDep
from recsflow.page.answers import Status, index_answer
from recsflow.page.conditional import ConditionalRoute
from recsflow.page.errors import REFUSALS
from recsflow.page.experiment_cards import IndexDep, SettingsDep

router = APIRouter(prefix="/api", route_class=ConditionalRoute, responses=REFUSALS)


@router.get("/status")
def status(settings: SettingsDep, index: IndexDep, who: ReaderDep) -> Status:
    """Return how far the index of all cards is, and whether MLflow answers."""
    return Status(index=index_answer(index.status()), mlflow=reachability(settings.mlflow_tracking_uri))
