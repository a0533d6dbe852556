"""The epochs of an experiment's training, while it trains too."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query

from include.cards.store import CardStore
from include.tracking.errors import InvalidMetricsFile
from include.tracking.training_metrics import Epoch, TrainingMetrics, read_training_metrics
from recsflow.page.access import Reader, ReaderDep, readable_card
from recsflow.page.answers import EpochAnswer, Epochs, HistogramAnswer, Histograms, TowerNorms
from recsflow.page.conditional import ConditionalRoute
from recsflow.page.errors import REFUSALS, shown
from recsflow.page.experiment_cards import StoreDep

router = APIRouter(
    prefix="/api/experiments/{experiment_id}", route_class=ConditionalRoute, responses=REFUSALS
)
Tensor = Literal["weight", "gradient"]


@router.get("/epochs")
def epochs(
    experiment_id: str, who: ReaderDep, store: StoreDep, after: Annotated[int, Query(ge=0)] = 0
) -> Epochs:
    """Return the epochs after one that is known already, counted from 1."""
    metrics = _metrics(experiment_id, who, store)
    if metrics is None:
        return Epochs(status=None, epochs=[])
    return Epochs(
        status=metrics.status, epochs=[_epoch(each) for each in metrics.epochs if each.epoch > after]
    )


@router.get("/histograms")
def histograms(
    experiment_id: str, who: ReaderDep, store: StoreDep, tower: str, tensor: Tensor = "weight"
) -> Histograms:
    """Return how a tower's weights or gradients were distributed, epoch by epoch."""
    metrics = _metrics(experiment_id, who, store)
    recorded = metrics.epochs if metrics else ()
    towers = dict.fromkeys(name for each in recorded for name in each.towers)
    if tower not in towers:
        there_are = f"there are {', '.join(towers)}" if towers else "none are recorded yet"
        raise HTTPException(HTTPStatus.NOT_FOUND, f"The experiment has no tower {shown(tower)}; {there_are}.")
    found = [
        (each.epoch, getattr(each.towers[tower], tensor).histogram)
        for each in recorded
        if tower in each.towers
    ]
    return Histograms(
        epochs=[
            HistogramAnswer(epoch=epoch, edges=list(each.edges), counts=list(each.counts))
            for epoch, each in found
        ]
    )


def _metrics(experiment_id: str, who: Reader, store: CardStore) -> TrainingMetrics | None:
    readable_card(experiment_id, who, store)
    try:
        return read_training_metrics(store.layout.experiment(experiment_id).metrics)
    except InvalidMetricsFile as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from None


def _epoch(each: Epoch) -> EpochAnswer:
    return EpochAnswer(
        epoch=each.epoch,
        duration_s=each.duration_s,
        examples_per_s=each.examples_per_s,
        metrics=each.metrics,
        towers={
            name: TowerNorms(weight_norm=of.weight.norm, gradient_norm=of.gradient.norm)
            for name, of in each.towers.items()
        },
    )
