"""One experiment: what it says, what it was run with, what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Request

from include import storage
from include.artifacts.layout import ArtifactLayout
from include.overview.components import ComponentEdges, component_graph
from include.overview.experiment_files import ExperimentFiles, read_files
from include.overview.failure import failure_of
from include.overview.measures import measures_of
from include.overview.parameters import parameters_of
from include.tracking.entries import warnings_of
from include.tracking.verdict_words import verdict_sentence
from recsflow.page.access import ReaderDep, readable_card
from recsflow.page.answers import ComponentAnswer, ExperimentAnswer, Links, Row, row_of
from recsflow.page.conditional import ConditionalRoute
from recsflow.page.errors import REFUSALS
from recsflow.page.experiment_cards import StoreDep
from recsflow.page.runs import handed_on, run_states, tasks_of
from recsflow.run_notes.keys import ERROR_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from include.cards.card import Card

router = APIRouter(prefix="/api/experiments", route_class=ConditionalRoute, responses=REFUSALS)
OUTCOME, RETURNED = "outcome", "return_value"
PIPELINE_LINKS, MLFLOW_LINK = ("_link_PipelineJobLink", "_link_CustomJobLink"), "_link_MlflowRunLink"
KEYS = (OUTCOME, ERROR_KEY, RETURNED, *PIPELINE_LINKS, MLFLOW_LINK)
HandedOn = dict[str, dict[str, Any]]


@router.get("/{experiment_id}")
def experiment(
    experiment_id: str, request: Request, who: ReaderDep, store: StoreDep, session: SessionDep
) -> ExperimentAnswer:
    """Return everything about an experiment but its epochs."""
    card = readable_card(experiment_id, who, store)
    files = read_files(store.layout.experiment(experiment_id))
    told = handed_on(card, KEYS, session)
    row = row_of(card, run_states([card], session))
    metrics, resolved = files.metrics, files.experiment
    diagnosis = metrics.diagnosis if metrics else None
    return ExperimentAnswer(
        card=row,
        sentence=verdict_sentence(metrics) if metrics and not metrics.overfit else None,
        evidence=list(diagnosis.evidence) if diagnosis else [],
        suggestion=diagnosis.suggestion if diagnosis else None,
        warnings=[*(warnings_of(resolved, metrics) if resolved else ()), *files.problems],
        error=failure_of(card, metrics, outcome=_newest(told, OUTCOME), errors=told.get(ERROR_KEY)),
        parameters=parameters_of(resolved) if resolved else [],
        metrics=measures_of(metrics) if metrics else [],
        components=_components(row, told, store.layout),
        tasks=tasks_of(card, session),
        quality=files.quality,
        files=list(files.shown),
        links=_links(card, told, request),
        parent=card.parent_experiment_id,
        updated_at=_updated(card, files),
    )


def _components(row: Row, told: HandedOn, layout: ArtifactLayout) -> list[ComponentAnswer]:
    edges, known = _edges(told, layout), {each.name: each for each in row.components}
    return [
        ComponentAnswer(
            **dict(edges.get(name, ComponentEdges())),
            name=name,
            state=known[name].state if name in known else "pending",
            seconds=known[name].seconds if name in known else None,
            cached=name in known and known[name].cached,
            # Neither the engine nor its stand-in says by which of a component's inputs it found the result.
            cache_reason=None,
        )
        for name in dict.fromkeys((*edges, *known))
    ]


def _edges(told: HandedOn, layout: ArtifactLayout) -> Mapping[str, ComponentEdges]:
    """Return what components read and make, where the task that submitted says which pipeline it was."""
    returned = (value for value in told.get(RETURNED, {}).values() if isinstance(value, dict))
    key = next((value["topology"] for value in returned if "topology" in value), None)
    compiled = layout.parse(f"compiled/{key}.json")
    if compiled is None:
        return {}
    try:
        return component_graph(storage.read_bytes(layout.compiled(str(key)).spec))
    except FileNotFoundError:
        return {}


def _links(card: Card, told: HandedOn, request: Request) -> Links:
    # Airflow's pages lie beside this application.
    base = request.scope["root_path"].rpartition("/")[0]
    pages = (_address(_newest(told, key)) for key in PIPELINE_LINKS)
    return Links(
        airflow=f"{base}/dags/{quote(card.dag_id, safe='')}/runs/{quote(card.run_id, safe='')}",
        pipeline=next((page for page in pages if page), None),
        mlflow=_address(_newest(told, MLFLOW_LINK)),
    )


def _address(value: Any) -> str | None:
    """Return an address that a browser may follow; whoever may write XComs could leave a script there."""
    return value if isinstance(value, str) and urlsplit(value).scheme in {"http", "https"} else None


def _newest(told: HandedOn, key: str) -> Any:
    return next(reversed(told.get(key, {}).values()), None)


def _updated(card: Card, files: ExperimentFiles) -> Any:
    return max(card.updated_at, files.metrics.updated_at) if files.metrics else card.updated_at
