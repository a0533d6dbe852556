"""Who asks, and what they may read.

Airflow mounts a plugin's application without any login of its own, so every route of ours depends on this.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import Depends, HTTPException


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


ReaderDep = Annotated[Reader, Depends(reader)]
