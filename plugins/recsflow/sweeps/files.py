"""Files of a sweep, by the URI of its sweep.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include import storage
from include.sweep.plan import SweepPlan

if TYPE_CHECKING:
    from recsflow.settings import Settings

PLAN_FILE = "sweep.json"


def sweep_uri(sweep_id: str, settings: Settings) -> str:
    """Return the URI of a sweep's plan."""
    return f"{settings.artifact_root}/sweeps/{sweep_id}/{PLAN_FILE}"


def read_plan(uri: str) -> SweepPlan:
    """Return the plan of a sweep."""
    return SweepPlan.from_json(storage.read_bytes(uri))


def folder_of(uri: str) -> str:
    """Return the folder of a sweep, by the URI of its plan or of a trial's file."""
    return uri.rpartition("/trials/")[0] if "/trials/" in uri else uri.rpartition("/")[0]
