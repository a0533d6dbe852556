"""The cards of all experiments, searched in an index that this process keeps."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Annotated

from airflow.configuration import AIRFLOW_HOME
from fastapi import Depends

from include.artifacts.layout import ArtifactLayout
from include.cards.index import CardIndex
from include.cards.refresh import IndexRefresh, is_stale
from include.cards.store import CardStore
from include.experiment.resolve.identity import short_hash
from recsflow.settings import Settings, load_settings

# A list that comes later is none at all; one that may be old says so, and is asked for again.
PATIENCE_S = 1.0


def card_index(settings: SettingsDep) -> CardIndex:
    """Return the index, which is brought up to date in the background whenever it is asked for."""
    refresh = _refresh(settings.artifact_root)
    refresh.ask()
    if is_stale(refresh.index.status()):
        refresh.wait(PATIENCE_S)
    return refresh.index


def card_store(settings: SettingsDep) -> CardStore:
    """Return the cards themselves, which are newer than the index by seconds."""
    return CardStore(settings.layout)


@cache
def _refresh(artifact_root: str) -> IndexRefresh:
    return IndexRefresh(CardIndex(CardStore(ArtifactLayout(artifact_root)), index_folder(AIRFLOW_HOME)))


def index_folder(airflow_home: str) -> Path:
    """Return a folder on this machine's own disk, of one Airflow, that only its user writes to.

    Two installations may name their buckets alike and mean others, as local clouds do.
    """
    installation = short_hash(airflow_home)
    folder = Path(tempfile.gettempdir()) / f"recsflow-cards-{os.getuid()}-{installation}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        return Path(tempfile.mkdtemp(prefix="recsflow-cards-"))
    return folder


SettingsDep = Annotated[Settings, Depends(load_settings)]
IndexDep = Annotated[CardIndex, Depends(card_index)]
StoreDep = Annotated[CardStore, Depends(card_store)]
