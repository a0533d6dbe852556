"""Who asks, and what they may read.

Airflow mounts a plugin's application without any login of its own, so every route of ours depends on this.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import Depends, HTTPException

from include.artifacts.experiment import ExperimentFolder
from include.cards.card import Card, InvalidCard
from include.cards.store import CardStore
from recsflow.page.errors import shown

# Of a pipeline job on Vertex AI, which has the experiment's.
MAX_ID = 128


@dataclass(frozen=True)
class Reader:
    """Somebody who is logged in.

    Attributes:
        dag_ids: The DAGs whose runs they may read.
    """

    dag_ids: frozenset[str]


def signed_in(user: GetUserDep) -> None:
    """Refuse whoever is not logged in, as Airflow's own routes do."""


def reader(user: GetUserDep) -> Reader:
    """Return what the user may read, by the same two questions that Airflow asks for its lists of runs.

    Raises:
        HTTPException: They may not read any run.
    """
    manager = get_auth_manager()
    if not manager.is_authorized_dag(method="GET", access_entity=DagAccessEntity.RUN, user=user):
        raise HTTPException(
            HTTPStatus.FORBIDDEN, "You may not read DAG runs; ask an administrator of Airflow for that."
        )
    return Reader(frozenset(manager.get_authorized_dag_ids(user=user, method="GET")))


def readable_card(experiment_id: str, who: Reader, store: CardStore) -> Card:
    """Return the card of an experiment.

    Raises:
        HTTPException: There is none that the user may read; whether there is another one is not said.
    """
    found = None
    # Nothing but an id becomes part of a path.
    if is_experiment_id(experiment_id):
        with suppress(InvalidCard):
            found = store.read(experiment_id)
    if found is None or found.dag_id not in who.dag_ids:
        raise HTTPException(
            HTTPStatus.NOT_FOUND,
            f"There is no experiment {shown(experiment_id)} that you may read; api/experiments has all that "
            "there are.",
        )
    return found


def is_experiment_id(text: str) -> bool:
    """Whether a text is an experiment's id, by the pattern of its folder."""
    folder = ExperimentFolder.parse("", f"{ExperimentFolder.pattern.folder}/{text}")
    return len(text) <= MAX_ID and folder is not None and folder.experiment_id == text


ReaderDep = Annotated[Reader, Depends(reader)]
